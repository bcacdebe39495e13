package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentencePieceModelTest {

    @TempDir Path folder;

    private static Path golden(String name) throws URISyntaxException {
        return Path.of(
                        SentencePieceModelTest.class
                                .getResource("/goldens/tokenizers/" + name + "/config.json")
                                .toURI())
                .getParent();
    }

    private String refused(byte[] model) throws IOException {
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"t5\"}");
        Files.write(folder.resolve("spiece.model"), model);
        IOException e = assertThrows(IOException.class, () -> ModelTokenizer.load(folder));
        assertTrue(e.getMessage().contains("spiece.model is not a usable"), e.getMessage());
        return e.getMessage();
    }

    @Test
    void refusesWhatIsNoModel() throws Exception {
        byte[] model = Files.readAllBytes(golden("llama").resolve("tokenizer.model"));
        assertTrue(refused(new byte[0]).contains("no pieces"));
        assertTrue(refused("# a text file\n".getBytes()).contains("spiece.model"));
        assertTrue(refused(Arrays.copyOf(model, 5000)).contains("longer than the file"));
        // A piece that claims two gigabytes, a number that never ends, and a group.
        refused(new byte[] {0x0A, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 7});
        byte[] endless = new byte[20];
        Arrays.fill(endless, (byte) 0xFF);
        refused(endless);
        refused(new byte[] {0x0B, 0x0C});
        // One piece that is no unknown one.
        refused(new byte[] {0x0A, 3, 0x0A, 1, 'a'});
        // A piece of 501 characters.
        byte[] piece = new byte[3 + 3 + 501];
        Arrays.fill(piece, (byte) 'a');
        System.arraycopy(new byte[] {0x0A, (byte) 0xF8, 3, 0x0A, (byte) 0xF5, 3}, 0, piece, 0, 6);
        assertTrue(refused(piece).contains("at most 500 characters, got 501"));
    }

    @Test
    void refusesAddedTokensWithoutEnd() throws Exception {
        Path model = golden("llama").resolve("tokenizer.model");
        Files.copy(model, folder.resolve("tokenizer.model"));
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"llama\"}");
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"mask_token\": \"" + "a".repeat(501) + "\"}");
        IOException e = assertThrows(IOException.class, () -> ModelTokenizer.load(folder));
        assertTrue(e.getMessage().contains("at most 500 characters, got 501"), e.getMessage());
    }

    /** Whatever a file holds, reading and using it ends in a tokenizer or in a clear refusal. */
    @Test
    void survivesDamagedModels() throws Exception {
        Random random = new Random(11);
        int loaded = 0;
        for (String name : List.of("sentencepiece-user", "llama")) {
            boolean llama = name.equals("llama");
            String file = llama ? "tokenizer.model" : "spiece.model";
            byte[] model = Files.readAllBytes(golden(name).resolve(file));
            Path config = golden(name).resolve("config.json");
            Files.write(folder.resolve("config.json"), Files.readAllBytes(config));
            for (int round = 0; round < 150; round++) {
                byte[] damaged = model.clone();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    // Mostly near the ends, where the settings and the map of characters are.
                    int at = random.nextInt(model.length);
                    damaged[random.nextBoolean() ? at : model.length - 1 - at / 8] =
                            (byte) random.nextInt(256);
                }
                Files.write(folder.resolve(file), damaged);
                try (ModelTokenizer tokenizer = ModelTokenizer.load(folder)) {
                    tokenizer.encode("The e\u0301t\u00e9 (½) \uff21\u3000日本 <sep> running.");
                    loaded++;
                } catch (IOException e) {
                    assertTrue(e.getMessage().length() > 20, e.getMessage());
                }
            }
            Files.delete(folder.resolve(file));
        }
        assertTrue(loaded > 60 && loaded < 300, "loaded " + loaded);
    }

    @Test
    void unknownBytesAreOnesOfTheirOwn() throws Exception {
        try (ModelTokenizer tokenizer = ModelTokenizer.load(golden("llama"))) {
            TokenizedText text = tokenizer.encode("a\uD83D\uDE00", EncodeOptions.DEFAULT);
            assertArrayEquals(
                    new String[] {"<s>", "\u2581a", "<0xF0>", "<0x9F>", "<0x98>", "<0x80>"},
                    text.tokens());
            assertArrayEquals(new int[] {1, 3}, text.offsets()[5]);
            assertEquals("a\uD83D\uDE00", tokenizer.decode(text.ids(), true));
            long[] cut = Arrays.copyOf(text.ids(), 4);
            assertEquals("a\uFFFD\uFFFD", tokenizer.decode(cut, true));
        }
    }

    @Test
    void languagesStandWhereTheModelWantsThem() throws Exception {
        try (ModelTokenizer tokenizer = ModelTokenizer.load(golden("mbart"))) {
            ModelTokenizer french = tokenizer.withLanguages("fr_XX", "en_XX");
            String[] source = french.encode("a").tokens();
            String[] target = french.encodeTarget("a", EncodeOptions.DEFAULT).tokens();
            assertArrayEquals(new String[] {"</s>", "fr_XX"}, tail(source));
            assertArrayEquals(new String[] {"</s>", "en_XX"}, tail(target));
            assertEquals("de_DE", tail(tokenizer.encode("a").tokens())[1]);
            assertEquals(
                    "ro_RO", tail(tokenizer.encodeTarget("a", EncodeOptions.DEFAULT).tokens())[1]);
            assertEquals(25, tokenizer.languages().size());
            IllegalArgumentException e =
                    assertThrows(
                            IllegalArgumentException.class,
                            () -> tokenizer.withLanguages("xx_XX", null));
            assertTrue(e.getMessage().contains("got xx_XX"), e.getMessage());
        }
        try (ModelTokenizer tokenizer = ModelTokenizer.load(golden("mbart50"))) {
            String[] tokens = tokenizer.withLanguages("fr_XX", null).encode("a").tokens();
            assertEquals("fr_XX", tokens[0]);
            assertEquals("</s>", tokens[tokens.length - 1]);
        }
    }

    private static String[] tail(String[] tokens) {
        return Arrays.copyOfRange(tokens, tokens.length - 2, tokens.length);
    }
}
