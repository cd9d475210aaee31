package io.quittance.intake.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.swagger.v3.core.converter.AnnotatedType;
import io.swagger.v3.core.converter.ModelConverter;
import io.swagger.v3.core.converter.ModelConverterContext;
import io.swagger.v3.core.util.Json31;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.Schema;
import java.lang.reflect.RecordComponent;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What records say of their parts, for the description: one that is never null is always there, and one that may be null is
 * null or, where nulls are left out, absent. So a client that is generated from it need not ask after everything.
 */
final class RecordShapes implements ModelConverter {

    private static final PropertyNamingStrategies.NamingBase WIRE_NAMES =
            (PropertyNamingStrategies.NamingBase) PropertyNamingStrategies.SNAKE_CASE;

    @Override
    public @Nullable Schema<?> resolve(
            AnnotatedType type, ModelConverterContext context, Iterator<ModelConverter> chain) {
        if (!chain.hasNext()) {
            return null;
        }
        Schema<?> schema = chain.next().resolve(type, context, chain);
        Class<?> shape = Json31.mapper().constructType(type.getType()).getRawClass();
        if (shape.isRecord() && shape.getName().startsWith("io.quittance.")) {
            Schema<?> model = context.getDefinedModels().get(shape.getSimpleName());
            if (model != null) {
                complete(model, shape);
            }
        }
        return schema;
    }

    private static void complete(Schema<?> model, Class<?> shape) {
        if (model.getProperties() == null) {
            return;
        }
        JsonInclude include = shape.getAnnotation(JsonInclude.class);
        boolean leavesOutNulls = include != null && include.value() == JsonInclude.Include.NON_NULL;
        for (RecordComponent part : shape.getRecordComponents()) {
            String name = WIRE_NAMES.translate(part.getName());
            Schema<?> property = model.getProperties().get(name);
            boolean isRequired =
                    model.getRequired() != null && model.getRequired().contains(name);
            if (property == null || isRequired) {
                continue;
            }
            boolean mayBeNull = part.getAnnotatedType().isAnnotationPresent(Nullable.class);
            if (!mayBeNull) {
                model.addRequiredItem(name);
            } else if (!leavesOutNulls) {
                model.getProperties().put(name, orNull(property));
            }
        }
    }

    private static Schema<?> orNull(Schema<?> property) {
        if (property.getTypes() == null) {
            Schema<?> none = new JsonSchema();
            none.setTypes(Set.of("null"));
            return new JsonSchema().anyOf(List.of(property, none));
        }
        Set<String> types = new HashSet<>(property.getTypes());
        types.add("null");
        property.setTypes(types);
        return property;
    }
}
