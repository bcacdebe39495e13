package org.attn4j.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;

/** JSON as the verbs print it: one document, indented, text as it is. */
final class Json {

    private static final Gson PRETTY =
            new GsonBuilder()
                    .setPrettyPrinting()
                    .disableHtmlEscaping()
                    .serializeNulls()
                    .serializeSpecialFloatingPointValues()
                    .create();

    private Json() {}

    static String pretty(Object document) {
        return PRETTY.toJson(document);
    }
}
