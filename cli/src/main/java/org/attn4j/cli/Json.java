package org.attn4j.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.PrintWriter;

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

    /** A document that is a list, printed while its elements come. */
    static final class Elements {

        private final PrintWriter out;
        private boolean any;

        Elements(PrintWriter out) {
            this.out = out;
        }

        void add(Object element) {
            out.print(any ? ",\n  " : "[\n  ");
            out.print(pretty(element).replace("\n", "\n  "));
            any = true;
        }

        void end() {
            out.println(any ? "\n]" : "[]");
        }
    }
}
