package io.quittance.intake.http;

import io.quittance.domain.intake.Client;
import io.quittance.domain.intake.Client.Scope;
import io.quittance.domain.intake.FileIntake;
import io.quittance.domain.intake.Kind;
import io.quittance.domain.intake.Reason;
import io.quittance.domain.report.ClientViews;
import io.quittance.intake.file.FileAnswer;
import io.quittance.intake.file.FileDoor;
import io.quittance.intake.file.FileError;
import io.quittance.intake.file.FileFormat;
import io.quittance.intake.file.FileResult;
import io.quittance.intake.file.RejectsFile;
import io.quittance.intake.file.ResultsFile;
import io.quittance.intake.wire.Permissions;
import io.quittance.intake.wire.TempBytes;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Files by HTTP: the body is the file, the answer is its result. */
@RestController
final class FileController {

    private static final int MAX_NAME = 255;
    private static final Set<String> PACKINGS = Set.of("gzip", "x-gzip", "zstd", "identity");

    private final FileDoor door;
    private final FileIntake intake;
    private final ClientViews views;

    FileController(FileDoor door, FileIntake intake, ClientViews views) {
        this.door = door;
        this.intake = intake;
        this.views = views;
    }

    @PostMapping(
            path = "/v1/files",
            produces = {MediaType.APPLICATION_JSON_VALUE, MediaType.APPLICATION_PROBLEM_JSON_VALUE})
    @Operation(
            summary = "Hand in a file of one kind",
            description = "CSV or NDJSON, also packed by gzip or Zstandard.",
            responses =
                    @ApiResponse(
                            responseCode = "202",
                            description = "Durable. Header Idempotency-Replayed: true if it was before.",
                            content = @Content(schema = @Schema(implementation = FileResult.class))),
            requestBody =
                    @RequestBody(
                            required = true,
                            content = {
                                @Content(mediaType = "text/csv", schema = @Schema(type = "string")),
                                @Content(mediaType = "application/x-ndjson", schema = @Schema(type = "string"))
                            }))
    ResponseEntity<Object> handIn(
            @AuthenticationPrincipal Client client,
            @RequestHeader(name = Requests.IDEMPOTENCY_KEY, required = false) @Nullable String keyHeader,
            @RequestParam(name = "kind", required = false) @Nullable String kindName,
            @RequestParam(name = "name", required = false) @Nullable String name,
            HttpServletRequest request) {
        requireAnyWriteScope(client);
        String key = Requests.idempotencyKey(keyHeader);
        requireKnownPacking(request);
        Kind kind = kindName == null
                ? null
                : Kind.named(kindName)
                        .orElseThrow(() -> new ProblemException(
                                ProblemCode.BAD_PARAMETER, "kind is not the name of a kind of line"));
        if (name != null && (name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl))) {
            throw new ProblemException(
                    ProblemCode.BAD_PARAMETER, "name has at most " + MAX_NAME + " printable characters");
        }
        FileAnswer answer;
        try {
            answer = door.handIn(client, format(request), kind, name, key, request.getInputStream());
        } catch (IOException broken) {
            throw new ProblemException(ProblemCode.UNREADABLE_BODY, "the file did not arrive whole");
        } catch (UncheckedIOException noRoom) {
            throw new ProblemException(ProblemCode.UNAVAILABLE, null);
        }
        return switch (answer) {
            case FileAnswer.Taken taken -> taken(taken);
            case FileAnswer.Refused refused -> refused(refused);
        };
    }

    @GetMapping("/v1/files/{number}")
    @Operation(
            summary = "What became of a file",
            description = "states counts its queued lines by where they stand now; it changes as cycles pass.")
    FileResult result(@AuthenticationPrincipal Client client, @PathVariable("number") long number) {
        FileIntake.Accepted file = visible(client, number);
        return FileResult.of(file, door.refusedLines(client, file), false, Asked.language())
                .withStates(views.of(client).fileStates(number));
    }

    @GetMapping("/v1/files/{number}/rejects")
    @Operation(
            summary = "The refused lines of a file, as a file to be mended and handed in again",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content = {
                                @Content(mediaType = "text/csv", schema = @Schema(type = "string")),
                                @Content(mediaType = "application/x-ndjson", schema = @Schema(type = "string"))
                            }))
    void rejects(
            @AuthenticationPrincipal Client client, @PathVariable("number") long number, HttpServletResponse response)
            throws IOException {
        FileIntake.Accepted file = visible(client, number);
        if (file.refused() == 0) {
            throw new ProblemException(ProblemCode.NOT_FOUND, "no line of this file was refused");
        }
        FileFormat format = RejectsFile.formatOf(file);
        send(
                response,
                format.mediaType(),
                file.fileNo() + ".rejects" + format.suffix(),
                out -> door.writeRejects(client, file, out));
    }

    @GetMapping("/v1/files/{number}/results")
    @Operation(
            summary = "Where the queued lines of a file stand now, as CSV in their order",
            description = "Under each submission_key its submission_id, state, deciding cycle, and why.",
            responses =
                    @ApiResponse(
                            responseCode = "200",
                            content = @Content(mediaType = "text/csv", schema = @Schema(type = "string"))))
    void results(
            @AuthenticationPrincipal Client client, @PathVariable("number") long number, HttpServletResponse response)
            throws IOException {
        FileIntake.Accepted file = visible(client, number);
        send(response, FileFormat.CSV.mediaType(), file.fileNo() + ".results.csv", out -> {
            var results = new ResultsFile(out, Asked.language());
            views.of(client).fileOutcomes(number, line -> {
                try {
                    results.add(line);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        });
    }

    /** Writes a file's text. */
    private interface Text {
        void writeTo(Writer out) throws IOException;
    }

    /** Writes it down first, so that a client who reads slowly keeps no connection to the database. */
    private static void send(HttpServletResponse response, String mediaType, String name, Text text)
            throws IOException {
        try (var bytes = new TempBytes()) {
            try (var out = new OutputStreamWriter(bytes.writer(), StandardCharsets.UTF_8)) {
                text.writeTo(out);
            } catch (IOException | UncheckedIOException noRoom) {
                throw new ProblemException(ProblemCode.UNAVAILABLE, null);
            }
            response.setContentType(mediaType + ";charset=UTF-8");
            response.setHeader(
                    HttpHeaders.CONTENT_DISPOSITION,
                    ContentDisposition.attachment().filename(name).build().toString());
            bytes.sendTo(response.getOutputStream());
        }
    }

    private static void requireAnyWriteScope(Client client) {
        if (!Permissions.has(client, Scope.METER) && !Permissions.has(client, Scope.SUBMIT)) {
            Requests.requireScope(client, Scope.OPERATE);
        }
    }

    /** How the file is packed is told by its bytes; a header that says so may be there. */
    private static void requireKnownPacking(HttpServletRequest request) {
        String encoding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (encoding != null && !PACKINGS.contains(encoding.strip().toLowerCase(Locale.ROOT))) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding is gzip, zstd or identity");
        }
    }

    /** Checked here: by the mapping, a body of another type would be taken for one of a kind named "files". */
    private static FileFormat format(HttpServletRequest request) {
        String type = String.valueOf(request.getContentType());
        int parameters = type.indexOf(';');
        String bare = (parameters < 0 ? type : type.substring(0, parameters)).strip();
        for (FileFormat format : FileFormat.values()) {
            if (format.mediaType().equalsIgnoreCase(bare)) {
                return format;
            }
        }
        throw new ProblemException(ProblemCode.UNSUPPORTED_MEDIA_TYPE, "text/csv or application/x-ndjson");
    }

    private static ResponseEntity<Object> taken(FileAnswer.Taken taken) {
        // The first answer again, word for word; the header says that it is one.
        FileResult result = FileResult.of(taken.file(), taken.refused(), false, Asked.language());
        ResponseEntity.BodyBuilder response =
                ResponseEntity.accepted().location(address(taken.file().fileNo()));
        if (taken.before()) {
            response.header(Requests.REPLAYED, "true");
        }
        return response.body(result);
    }

    private static ResponseEntity<Object> refused(FileAnswer.Refused refused) {
        FileError first = refused.errors().stream()
                .min(Comparator.comparing(FileError::reason))
                .orElseThrow();
        Problem problem = Problem.of(
                statusOf(first.reason()),
                first.reason(),
                first.detail(),
                refused.errors().stream()
                        .map(error -> new Problem.ProblemError(
                                null,
                                null,
                                error.lineNo() == 0 ? null : error.lineNo(),
                                error.reason().name(),
                                Problem.inLanguage(error.reason(), error.detail()),
                                Problem.word(error.reason())))
                        .toList(),
                refused.earlierFileNo());
        ResponseEntity<Object> answer = problem.answer();
        Long earlier = refused.earlierFileNo();
        return earlier == null
                ? answer
                : ResponseEntity.status(answer.getStatusCode())
                        .headers(answer.getHeaders())
                        .location(address(earlier))
                        .body(answer.getBody());
    }

    private static HttpStatus statusOf(Reason reason) {
        return switch (reason) {
            case FILE_DUPLICATE -> HttpStatus.CONFLICT;
            case FILE_TOO_LARGE -> HttpStatus.CONTENT_TOO_LARGE;
            case NOT_PERMITTED -> HttpStatus.FORBIDDEN;
            default -> HttpStatus.UNPROCESSABLE_CONTENT;
        };
    }

    private FileIntake.Accepted visible(Client client, long number) {
        Requests.requireScope(client, Scope.READ);
        return intake.find(client, number).orElseThrow(Requests::notFound);
    }

    private static URI address(long fileNo) {
        return URI.create("/v1/files/" + fileNo);
    }
}
