package org.attn4j.attention.spec;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Reads {@code mechanisms.json}, which tells what there is to know about the built-in mechanisms.
 */
final class MechanismCatalogue {

    private static final String RESOURCE = "mechanisms.json";
    private static final String ROOT = "org.attn4j.attention.";
    private static final Map<String, Class<?>> TYPES =
            Map.of(
                    "integer", Integer.class,
                    "number", Double.class,
                    "boolean", Boolean.class,
                    "string", String.class,
                    "list", List.class);

    private MechanismCatalogue() {}

    /** The descriptions, in the order in which the mechanisms are listed. */
    static List<MechanismInfo> read() {
        try (Reader reader =
                new InputStreamReader(
                        MechanismCatalogue.class.getResourceAsStream(RESOURCE),
                        StandardCharsets.UTF_8)) {
            return objects(JsonParser.parseReader(reader)).map(MechanismCatalogue::info).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static MechanismInfo info(JsonObject json) {
        MechanismInfo.Builder builder =
                MechanismInfo.builder(string(json, "name"))
                        .setTitle(string(json, "title"))
                        .setPurpose(string(json, "purpose"))
                        .setEquation(string(json, "equation"))
                        .setPaper(string(json, "paper"))
                        .setCost(string(json, "cost"))
                        .setFile(ROOT + string(json, "class"))
                        .optAliases(strings(json, "aliases").toArray(String[]::new));
        if (json.has("engines")) {
            builder.optEngines(string(json, "engines"));
        }
        if (json.has("slots")) {
            builder.optSlots(
                    string(json, "elsewhere"),
                    strings(json, "slots")
                            .map(AttentionSlot::ofLabel)
                            .toArray(AttentionSlot[]::new));
        }
        if (json.has("rotary")) {
            builder.optRotary();
        }
        if (json.has("scoreBias")) {
            builder.optScoreBias();
        }
        if (json.has("options")) {
            objects(json.get("options")).map(MechanismCatalogue::option).forEach(builder::add);
        }
        return builder.build();
    }

    private static MechanismOption option(JsonObject json) {
        String name = string(json, "name");
        Class<?> type = TYPES.get(string(json, "type"));
        JsonElement given = json.get("default");
        Object value = given == null ? null : new Gson().fromJson(given, Object.class);
        MechanismOption option = new MechanismOption(name, type, null, "");
        return new MechanismOption(
                name,
                type,
                value == null ? null : option.convert(value),
                string(json, "description"));
    }

    private static Stream<JsonObject> objects(JsonElement array) {
        return array.getAsJsonArray().asList().stream().map(JsonElement::getAsJsonObject);
    }

    private static Stream<String> strings(JsonObject json, String key) {
        return json.getAsJsonArray(key).asList().stream().map(JsonElement::getAsString);
    }

    private static String string(JsonObject json, String key) {
        return json.get(key).getAsString();
    }
}
