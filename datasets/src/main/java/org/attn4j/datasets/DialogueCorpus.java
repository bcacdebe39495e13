package org.attn4j.datasets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.attn4j.common.Require;

/**
 * A file of JSON lines with a dialogue on each, UTF-8, plain or gzip: a prompt and an answer under
 * two keys, or a list of messages, {@code [{"role": "user", "content": "…"}, …]}, under one. Blank
 * lines are passed over. A key may be a path.
 *
 * @param path the file
 * @param promptKey the key of the prompt; empty if there are messages
 * @param answerKey the key of the answer; empty if there are messages
 * @param messagesKey the key of the messages; empty if there are a prompt and an answer
 * @param limit how long a line may be
 */
public record DialogueCorpus(
        Path path, String promptKey, String answerKey, String messagesKey, LineLimit limit) {

    public DialogueCorpus {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(limit, "limit");
        boolean pairs = !promptKey.isEmpty() && !answerKey.isEmpty();
        boolean neither = promptKey.isEmpty() && answerKey.isEmpty();
        Require.that(
                pairs ? messagesKey.isEmpty() : neither && !messagesKey.isEmpty(),
                "name the keys of prompt and answer, or that of the messages, got promptKey='%s',"
                        + " answerKey='%s', messagesKey='%s'",
                promptKey,
                answerKey,
                messagesKey);
    }

    /**
     * Opens the dialogues, in order. Errors met on the way arrive as {@link UncheckedIOException}.
     *
     * @return a sequential stream that holds the file open: close it
     * @throws IOException if the file cannot be opened
     */
    public Stream<Dialogue> open() throws IOException {
        return LineRecords.open(path, limit, this::parse);
    }

    /**
     * Reads all dialogues into memory.
     *
     * @return the dialogues, in order
     * @throws IOException if the file cannot be read
     */
    public List<Dialogue> readAll() throws IOException {
        try (Stream<Dialogue> dialogues = open()) {
            return dialogues.toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Dialogue parse(String line, LineReader reader) throws CorpusException {
        if (line.isBlank()) {
            return null;
        }
        JsonLine object = JsonLine.of(line, reader.place());
        if (messagesKey.isEmpty()) {
            return Dialogue.of(object.text(promptKey), object.text(answerKey));
        }
        List<Dialogue.Turn> turns = new ArrayList<>();
        for (JsonLine message : object.objects(messagesKey)) {
            turns.add(new Dialogue.Turn(role(message), message.text("content")));
        }
        if (turns.stream().noneMatch(turn -> turn.role() == Dialogue.Role.ASSISTANT)) {
            throw new CorpusException(
                    "%s has no message of the role \"assistant\" under the key \"%s\", so that"
                                    .formatted(reader.place(), messagesKey)
                            + " there is nothing to learn: add one");
        }
        return new Dialogue(turns);
    }

    private static Dialogue.Role role(JsonLine message) throws CorpusException {
        String name = message.text("role");
        return Arrays.stream(Dialogue.Role.values())
                .filter(role -> role.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst()
                .orElseThrow(() -> message.refused("role", "system, user or assistant", name));
    }
}
