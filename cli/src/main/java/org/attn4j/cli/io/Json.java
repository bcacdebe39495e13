package org.attn4j.cli.io;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.PrintWriter;

/** JSON as the verbs print it: one document, indented, text as it is. */
public final class Json {

    private static final Gson PRETTY =
            new GsonBuilder()
                    .setPrettyPrinting()
                    .disableHtmlEscaping()
                    .serializeNulls()
                    .serializeSpecialFloatingPointValues()
                    .create();

    private Json() {}

    public static String pretty(Object document) {
        return PRETTY.toJson(document);
    }

    /** A document that is a list, printed while its elements come. */
    public static final class Elements {

        private final PrintWriter out;
        private boolean any;

        public Elements(PrintWriter out) {
            this.out = out;
        }

        public void add(Object element) {
            out.print(any ? ",\n  " : "[\n  ");
            out.print(pretty(element).replace("\n", "\n  "));
            any = true;
        }

        public void end() {
            out.println(any ? "\n]" : "[]");
        }
    }
}
