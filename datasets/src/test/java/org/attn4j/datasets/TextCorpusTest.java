package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.datasets.Dialogue.Role;
import org.attn4j.datasets.Dialogue.Turn;
import org.attn4j.datasets.TextCorpus.Layout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Texts and dialogues. */
class TextCorpusTest {

    @TempDir private Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("corpus"), text);
    }

    private static void assertRefuses(Executable reading, String... parts) {
        String message = assertThrows(CorpusException.class, reading).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "\"" + part + "\" is not in: " + message);
        }
    }

    private static List<String> read(Path path, Layout layout) throws IOException {
        return TextCorpus.of(path, layout, "text").readAll();
    }

    @Test
    void aTextIsALineOrADocumentOrTheWholeFile() throws IOException {
        Path path = file("\none\n two\r\n \n\nthree\n");
        assertEquals(List.of("one", " two", "three"), read(path, Layout.LINES));
        assertEquals(List.of("one\n two", "three"), read(path, Layout.DOCUMENTS));
        assertEquals(List.of("\none\n two\r\n \n\nthree\n"), read(path, Layout.WHOLE));
    }

    @Test
    void jsonLinesHaveTheTextUnderAKey() throws IOException {
        Path path = file("{\"text\": \"a\\nb\", \"id\": 1}\n\n{\"text\": \"c\"}\n");
        assertEquals(List.of("a\nb", "c"), read(path, Layout.JSON_LINES));
        Path bad = file("{\"text\": \"a\"}\n{\"txt\": \"c\"}\n");
        assertRefuses(() -> read(bad, Layout.JSON_LINES), "line 2,", "\"text\"", "[txt]");
        assertThrows(
                IllegalArgumentException.class, () -> TextCorpus.of(bad, Layout.JSON_LINES, ""));
    }

    @Test
    void filesWithoutTextAndTooLongTextsAreRefused() throws IOException {
        Path blank = file("\n \n");
        for (Layout layout : Layout.values()) {
            assertRefuses(() -> read(blank, layout), "is empty");
        }
        Path path = file("aaaa\nbbbb\n\ncc\n");
        LineLimit limit = new LineLimit(8, LineLimit.Policy.REFUSE);
        assertRefuses(
                () -> new TextCorpus(path, Layout.DOCUMENTS, null, limit).readAll(),
                "line 2,",
                "more than 8 characters");
        assertRefuses(
                () -> new TextCorpus(path, Layout.WHOLE, null, limit).readAll(),
                "more than 8 characters");
        Path missing = folder.resolve("missing");
        assertRefuses(() -> read(missing, Layout.DOCUMENTS), "missing", "check the path");
    }

    @Test
    void dialoguesArePromptsWithAnswersOrMessages() throws IOException {
        Path pairs = file("{\"q\": {\"text\": \"1+1?\"}, \"a\": \"2\"}\n\n");
        assertEquals(
                List.of(Dialogue.of("1+1?", "2")),
                new DialogueCorpus(pairs, "q.text", "a", "", LineLimit.DEFAULT).readAll());
        Path messages =
                file(
                        "{\"messages\": [{\"role\": \"system\", \"content\": \"Be brief.\"},"
                                + " {\"role\": \"user\", \"content\": \"Hi\"},"
                                + " {\"role\": \"assistant\", \"content\": \"Ho\"}]}\n");
        assertEquals(
                List.of(
                        new Dialogue(
                                List.of(
                                        new Turn(Role.SYSTEM, "Be brief."),
                                        new Turn(Role.USER, "Hi"),
                                        new Turn(Role.ASSISTANT, "Ho")))),
                messages(messages));
    }

    private static List<Dialogue> messages(Path path) throws IOException {
        return new DialogueCorpus(path, "", "", "messages", LineLimit.DEFAULT).readAll();
    }

    @Test
    void errorsInMessagesNameLineMessageAndField() throws IOException {
        String good = "{\"messages\": [{\"role\": \"assistant\", \"content\": \"x\"}]}\n";
        Path role = file(good + "{\"messages\": [{\"role\": \"robot\", \"content\": \"x\"}]}");
        assertRefuses(() -> messages(role), "line 2,", "messages[0]", "\"role\"", "robot");
        Path content = file(good + "{\"messages\": [{\"role\": \"user\"}]}");
        assertRefuses(() -> messages(content), "line 2,", "messages[0]", "\"content\"");
        Path list = file("{\"messages\": \"x\"}");
        assertRefuses(() -> messages(list), "line 1,", "list of objects", "\"messages\"");
        Path silent = file("{\"messages\": [{\"role\": \"user\", \"content\": \"x\"}]}");
        assertRefuses(() -> messages(silent), "line 1,", "assistant", "add one");
        Path any = file(good);
        assertThrows(
                IllegalArgumentException.class,
                () -> new DialogueCorpus(any, "prompt", "", "", LineLimit.DEFAULT));
        assertThrows(
                IllegalArgumentException.class,
                () -> new DialogueCorpus(any, "prompt", "answer", "messages", LineLimit.DEFAULT));
    }
}
