package org.attn4j.cli.explain;

import com.google.gson.JsonDeserializationContext;
import com.google.gson.JsonDeserializer;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.lang.reflect.Type;

/**
 * How a parameter is shown. In {@code lessons.json} it is its symbol alone where its rows and
 * columns are features.
 *
 * @param symbol what it is called in equations
 * @param rows what its rows are, as {@link Labels#of} takes it
 * @param columns what its columns are
 */
record ParameterText(String symbol, String rows, String columns) {

    /** Reads both forms. */
    static final class Reader implements JsonDeserializer<ParameterText> {

        @Override
        public ParameterText deserialize(
                JsonElement json, Type type, JsonDeserializationContext context) {
            if (json.isJsonPrimitive()) {
                return new ParameterText(json.getAsString(), "feature", "feature");
            }
            JsonObject said = json.getAsJsonObject();
            return new ParameterText(
                    said.get("symbol").getAsString(),
                    said.has("rows") ? said.get("rows").getAsString() : "feature",
                    said.has("columns") ? said.get("columns").getAsString() : "feature");
        }
    }
}
