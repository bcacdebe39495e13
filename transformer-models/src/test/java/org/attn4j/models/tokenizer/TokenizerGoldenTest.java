package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Small tokenizers of every family, with what transformers makes of awkward texts: ids, tokens,
 * segments, words, offsets, windows and decoded text. Property {@code attn4j.tokenizers} names a
 * folder of more of them.
 */
class TokenizerGoldenTest {

    @TestFactory
    Stream<DynamicTest> encodesAndDecodesAsTheReference() throws Exception {
        return folders().stream()
                .map(
                        folder ->
                                DynamicTest.dynamicTest(
                                        folder.getFileName().toString(), () -> check(folder)));
    }

    private static List<Path> folders() throws IOException, URISyntaxException {
        String more = System.getProperty("attn4j.tokenizers");
        URL url = TokenizerGoldenTest.class.getResource("/goldens/tokenizers");
        Path root = more == null ? Path.of(url.toURI()) : Path.of(more);
        try (Stream<Path> found = Files.list(root)) {
            List<Path> folders =
                    found.filter(f -> Files.exists(f.resolve("golden.json"))).sorted().toList();
            assertFalse(folders.isEmpty(), "no goldens in " + root);
            return folders;
        }
    }

    private static void check(Path folder) throws IOException {
        JsonObject golden =
                JsonParser.parseString(Files.readString(folder.resolve("golden.json")))
                        .getAsJsonObject();
        List<String> differences = new ArrayList<>();
        try (ModelTokenizer tokenizer = ModelTokenizer.load(folder)) {
            golden.getAsJsonObject("special")
                    .entrySet()
                    .forEach(
                            e ->
                                    assertEquals(
                                            e.getValue().getAsString(),
                                            tokenizer.specialTokens().get(e.getKey())));
            assertEquals(golden.get("size").getAsInt(), tokenizer.vocabularySize());
            for (JsonElement one : golden.getAsJsonArray("cases")) {
                check(tokenizer, one.getAsJsonObject(), differences);
            }
        }
        assertEquals(
                "",
                String.join("\n", differences.subList(0, Math.min(differences.size(), 12))),
                differences.size() + " differences");
    }

    private static void check(ModelTokenizer tokenizer, JsonObject one, List<String> differences) {
        TextPair text = new TextPair(one.get("text").getAsString(), string(one.get("pair")));
        EncodeOptions options = options(one.get("options"));
        List<TokenizedText> rows;
        if (one.has("windows")) {
            rows = tokenizer.windows(text, options);
        } else if (one.has("target")) {
            rows = List.of(tokenizer.encodeTarget(text.text(), options));
        } else {
            rows = List.of(tokenizer.encode(text, options));
        }
        JsonArray expected = one.getAsJsonArray("rows");
        String what = one.toString().substring(0, Math.min(one.toString().length(), 90));
        if (expected.size() != rows.size()) {
            differences.add(what + ": " + rows.size() + " rows for " + expected.size());
            return;
        }
        for (int row = 0; row < rows.size(); row++) {
            JsonObject want = expected.get(row).getAsJsonObject();
            TokenizedText got = rows.get(row);
            compare(differences, what + " ids", want, "ids", Arrays.toString(got.ids()));
            compare(differences, what + " types", want, "types", Arrays.toString(got.typeIds()));
            compare(differences, what + " words", want, "words", Arrays.toString(got.wordIds()));
            compare(
                    differences,
                    what + " sequences",
                    want,
                    "sequences",
                    Arrays.toString(got.sequenceIds()));
            compare(
                    differences,
                    what + " offsets",
                    want,
                    "offsets",
                    Arrays.deepToString(got.offsets()));
            List<String> tokens =
                    want.getAsJsonArray("tokens").asList().stream()
                            .map(JsonElement::getAsString)
                            .toList();
            List<String> written = Arrays.stream(got.ids()).mapToObj(tokenizer::token).toList();
            if (want.has("tokens") && !tokens.equals(written)) {
                differences.add(what + " tokens: " + written + " for " + tokens);
            }
            decoded(differences, what, one, "decoded", tokenizer.decode(got.ids(), false));
            decoded(differences, what, one, "text_only", tokenizer.decode(got.ids(), true));
        }
    }

    private static void compare(
            List<String> differences, String what, JsonObject want, String key, String got) {
        if (want.has(key)) {
            String expected = want.get(key).toString().replace(",", ", ");
            if (!expected.equals(got)) {
                differences.add(what + ": " + got + " for " + expected);
            }
        }
    }

    private static void decoded(
            List<String> differences, String what, JsonObject want, String key, String got) {
        if (want.has(key) && !want.get(key).getAsString().equals(got)) {
            differences.add(what + " " + key + ": " + got + " for " + want.get(key));
        }
    }

    private static EncodeOptions options(JsonElement json) {
        EncodeOptions options = EncodeOptions.DEFAULT;
        if (!(json instanceof JsonObject object)) {
            return options;
        }
        if (object.has("truncation")) {
            String how = object.get("truncation").getAsString();
            Truncation truncation =
                    how.equals("true")
                            ? Truncation.LONGEST_FIRST
                            : Truncation.valueOf(how.toUpperCase(Locale.ROOT));
            options = options.withTruncation(truncation, object.get("max_length").getAsInt());
        }
        if (object.has("stride")) {
            options = options.withStride(object.get("stride").getAsInt());
        }
        boolean plain = object.has("add_special_tokens");
        return plain ? options.withoutSpecialTokens() : options;
    }

    private static String string(JsonElement element) {
        return element == null ? null : element.getAsString();
    }
}
