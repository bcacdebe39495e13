package org.attn4j.parity;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;

/** Reading JSON out of files that may hold anything. */
final class FixtureJson {

    private static final int LONGEST = 120;

    private FixtureJson() {}

    static JsonObject object(Path file, String json) throws IOException {
        JsonElement parsed;
        try {
            parsed = JsonParser.parseString(json);
        } catch (JsonParseException e) {
            throw new IOException(file + " does not hold valid JSON", e);
        }
        if (!parsed.isJsonObject()) {
            throw new IOException(file + " does not hold a JSON object");
        }
        return parsed.getAsJsonObject();
    }

    /** Whether a text may be a name: short, and safe to print. */
    static boolean isName(String text) {
        return text.matches("[\\x20-\\x7e]{1," + LONGEST + "}");
    }

    /** A text out of a file, for messages: a hostile one may be endless or steer a terminal. */
    static String shown(String name) {
        String text = name.length() > LONGEST ? name.substring(0, LONGEST) + "…" : name;
        return "\"" + text.replaceAll("[\\p{Cntrl}\\x{80}-\\x{9f}]", "?") + "\"";
    }
}
