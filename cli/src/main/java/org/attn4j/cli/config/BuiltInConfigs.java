package org.attn4j.cli.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.attn4j.attention.spec.Nearest;

/** The configurations that come with the command: commented YAML files in its jar. */
public final class BuiltInConfigs {

    private static final List<String> NAMES =
            List.of(
                    "demo",
                    "copy",
                    "reverse",
                    "multi30k-de-en",
                    "multi30k-en-fr",
                    "multi30k-lstm",
                    "tatoeba-en-fr",
                    "sst2",
                    "sst2-lora",
                    "tagging",
                    "xquad",
                    "finetune-translation",
                    "bert-decoder",
                    "summarization",
                    "stsb",
                    "passages",
                    "reranker",
                    "shakespeare",
                    "masked-lm",
                    "sft",
                    "distil");

    private BuiltInConfigs() {}

    public static List<String> names() {
        return NAMES;
    }

    /** The whole text of one, comments included. */
    public static String text(String name) throws IOException {
        try (InputStream in =
                BuiltInConfigs.class.getResourceAsStream("configs/" + name + ".yaml")) {
            if (!NAMES.contains(name) || in == null) {
                throw new IllegalArgumentException(
                        "no built-in configuration is called '%s'%s"
                                .formatted(name, Nearest.hint(name, NAMES)));
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** What one is for: its first comment line. */
    public static String summary(String name) throws IOException {
        String first = text(name).lines().findFirst().orElse("");
        return first.replaceFirst("^#\\s*", "");
    }
}
