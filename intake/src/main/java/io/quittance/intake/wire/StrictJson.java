package io.quittance.intake.wire;

import io.quittance.domain.intake.FormError;
import io.quittance.domain.intake.Reason;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/**
 * JSON read without leniency: UTF-8 only, no name twice, nothing after the end, integers instead of floats, nothing
 * nested where a line is flat. Two programs that read the same text differently are how one key gets two meanings; what
 * could be read in two ways is refused. Thread-safe.
 */
public final class StrictJson {

    /** The text cannot be read as JSON. {@code getMessage()} says where and why, for people. */
    public static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        Unreadable(String message) {
            super(message);
        }
    }

    /** The fields of one line as text, and what was wrong with the form of some; a wrong field is left out. */
    public record Fields(Map<String, String> values, List<FormError> errors) {}

    /** A body: one object, or an array of objects. An element that is no object has errors and no values. */
    public record Body(boolean array, List<Fields> lines) {}

    private static final int MAX_DEPTH = 8;
    private static final int MAX_NAME = 255;
    private static final int MAX_NUMBER = 100;
    private static final int MAX_TEXT = 65_536;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(MAX_NAME)
                    .maxNumberLength(MAX_NUMBER)
                    .maxStringLength(MAX_TEXT)
                    .build())
            .build();

    private static final JsonMapper MAPPER = JsonMapper.builder(FACTORY)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .build();

    private StrictJson() {}

    /**
     * Reads one flat object, as in a line of NDJSON.
     *
     * @throws Unreadable if the text is not exactly one JSON object
     */
    public static Fields line(String text) throws Unreadable {
        Body body = lines(text, 1);
        if (body.array()) {
            throw new Unreadable("a line is one JSON object, not an array");
        }
        return body.lines().getFirst();
    }

    /** The same of bytes, which must be UTF-8. */
    public static Fields line(byte[] utf8) throws Unreadable {
        return line(decoded(utf8));
    }

    /**
     * Reads a request's body.
     *
     * @param maxLines the most elements that an array may have
     * @throws Unreadable if it is not UTF-8, not JSON, neither object nor array, or has too many elements
     */
    public static Body body(byte[] utf8, int maxLines) throws Unreadable {
        return lines(decoded(utf8), maxLines);
    }

    /**
     * Reads a body of fixed shape.
     *
     * @throws Unreadable if it is not UTF-8, not JSON, or has a field that the shape does not have or of another type
     */
    public static <T> T read(byte[] utf8, Class<T> shape) throws Unreadable {
        try {
            T value = MAPPER.readValue(decoded(utf8), shape);
            if (value == null) {
                throw new Unreadable("the body must be a JSON object, not null");
            }
            return value;
        } catch (JacksonException malformed) {
            throw unreadable(malformed);
        }
    }

    /**
     * What was wrong with a line as JSON, then what was wrong with its form, each field once: a value that was refused
     * already is not also said to be missing.
     */
    public static List<FormError> merged(List<FormError> ofJson, List<FormError> ofForm) {
        List<FormError> merged = new ArrayList<>(ofJson);
        for (FormError error : ofForm) {
            if (ofJson.stream().noneMatch(earlier -> earlier.field().equals(error.field()))) {
                merged.add(error);
            }
        }
        return List.copyOf(merged);
    }

    private static String decoded(byte[] utf8) throws Unreadable {
        if (utf8.length == 0) {
            throw new Unreadable("the body is empty; send a JSON object or an array of objects");
        }
        try {
            CharBuffer chars = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
            return chars.toString();
        } catch (CharacterCodingException malformed) {
            throw new Unreadable("this is not UTF-8");
        }
    }

    private static Body lines(String text, int maxLines) throws Unreadable {
        try (JsonParser parser = FACTORY.createParser(tools.jackson.core.ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            List<Fields> lines = new ArrayList<>();
            if (first == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    if (lines.size() == maxLines) {
                        throw new Unreadable(
                                "an array may have at most " + maxLines + " elements; split it, or send a file");
                    }
                    lines.add(element(parser));
                }
            } else if (first == JsonToken.START_OBJECT) {
                lines.add(object(parser));
            } else {
                throw new Unreadable("a JSON object or an array of objects is needed");
            }
            if (parser.nextToken() != null) {
                throw new Unreadable("there is more after the end of the JSON value");
            }
            return new Body(first == JsonToken.START_ARRAY, lines);
        } catch (JacksonException malformed) {
            throw unreadable(malformed);
        }
    }

    private static Fields element(JsonParser parser) {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            return object(parser);
        }
        parser.skipChildren();
        return new Fields(Map.of(), List.of(new FormError("", Reason.MALFORMED_LINE, "a JSON object is needed")));
    }

    private static Fields object(JsonParser parser) {
        Map<String, String> values = new LinkedHashMap<>();
        List<FormError> errors = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            Object value = value(parser, token, name);
            if (value instanceof FormError error) {
                errors.add(error);
            } else if (value instanceof String text) {
                values.put(name, text);
            }
        }
        return new Fields(values, errors);
    }

    /** Text, an error, or null where there is no value. A name that no kind has is the form's to refuse. */
    private static @Nullable Object value(JsonParser parser, JsonToken token, String name) {
        Columns.Type type = Columns.typeOf(name);
        if (type == null) {
            parser.skipChildren();
            return token == JsonToken.VALUE_NULL ? null : "unread";
        }
        return switch (token) {
            case VALUE_NULL -> null;
            case VALUE_STRING -> {
                String text = parser.getString();
                yield hasLoneSurrogate(text) ? wrong(name, "half of a surrogate pair is no character") : text;
            }
            case VALUE_NUMBER_INT ->
                type == Columns.Type.INTEGER ? parser.getString() : wrong(name, "must be a string, not a number");
            case VALUE_NUMBER_FLOAT -> wrong(name, "must be a whole number in digits: no point, no exponent");
            case VALUE_TRUE, VALUE_FALSE ->
                type == Columns.Type.FLAG
                        ? parser.getString()
                        : wrong(
                                name,
                                type == Columns.Type.INTEGER
                                        ? "must be whole digits, not true or false"
                                        : "must be a string, not true or false");
            default -> {
                parser.skipChildren();
                yield wrong(name, "a line is flat: no objects or arrays within it");
            }
        };
    }

    private static FormError wrong(String name, String detail) {
        return new FormError(name, Reason.MALFORMED_VALUE, detail);
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    /** Says what and where, without the library's class names and without repeating what was sent. */
    private static Unreadable unreadable(JacksonException malformed) {
        String what = malformed.getOriginalMessage();
        int more = what.indexOf('\n');
        String sentence = (more < 0 ? what : what.substring(0, more)).replaceFirst(" ?\\(start marker at .*", "");
        if (malformed instanceof StreamConstraintsException) {
            sentence =
                    "too deep, or a name, number or text that is too long: at most " + MAX_DEPTH + " levels, names of "
                            + MAX_NAME + ", numbers of " + MAX_NUMBER + " and texts of " + MAX_TEXT + " characters";
        } else if (malformed instanceof UnrecognizedPropertyException unknown) {
            sentence = "there is no field" + shortPath(unknown).replace(" at ", " ") + " here; the fields are "
                    + Stream.ofNullable(unknown.getKnownPropertyIds())
                            .flatMap(Collection::stream)
                            .map(String::valueOf)
                            .sorted()
                            .collect(Collectors.joining(", "));
        } else if (!(malformed instanceof StreamReadException)) {
            String path = malformed.getPathReference();
            sentence = "the value does not have the shape that is needed"
                    + (path == null || path.isEmpty() ? "" : shortPath(malformed));
        }
        TokenStreamLocation at = malformed.getLocation();
        return new Unreadable(
                at == null ? sentence : sentence + " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")");
    }

    private static String shortPath(JacksonException malformed) {
        StringBuilder path = new StringBuilder(" at ");
        for (JacksonException.Reference step : malformed.getPath()) {
            path.append('/')
                    .append(
                            step.getPropertyName() == null
                                    ? Integer.toString(step.getIndex())
                                    : step.getPropertyName());
        }
        return path.toString();
    }
}
