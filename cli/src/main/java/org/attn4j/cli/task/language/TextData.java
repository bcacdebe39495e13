package org.attn4j.cli.task.language;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.attn4j.common.Require;
import org.attn4j.datasets.CorpusException;
import org.attn4j.datasets.Dialogue;
import org.attn4j.datasets.DialogueCorpus;
import org.attn4j.datasets.LineLimit;
import org.attn4j.datasets.TextCorpus;

/**
 * Where the texts of a run come from. Several files of a split are read one after the other.
 *
 * @param folder the folder that relative paths below start from
 * @param train what to learn from
 * @param valid what to choose the best weights by
 * @param test what to report on
 * @param layout what a text is in a file
 * @param key the key of the text in JSON lines
 * @param promptKey the key of the prompt, of JSON lines with prompts and answers
 * @param answerKey the key of the answer
 * @param messagesKey the key of the messages, of JSON lines with whole dialogues
 */
record TextData(
        String folder,
        List<String> train,
        List<String> valid,
        List<String> test,
        TextCorpus.Layout layout,
        String key,
        String promptKey,
        String answerKey,
        String messagesKey) {

    static final TextData DEFAULT =
            new TextData(
                    "",
                    List.of(),
                    List.of(),
                    List.of(),
                    TextCorpus.Layout.LINES,
                    "text",
                    "",
                    "",
                    "");

    /** The parts of the data. */
    enum Split {
        TRAIN,
        VALID,
        TEST;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether the files hold dialogues rather than texts. */
    boolean isDialogues() {
        return !promptKey.isEmpty() || !answerKey.isEmpty() || !messagesKey.isEmpty();
    }

    List<Path> files(Split split) {
        List<String> names =
                switch (split) {
                    case TRAIN -> train;
                    case VALID -> valid;
                    case TEST -> test;
                };
        Require.that(!names.isEmpty(), "data.%s names no files: set it", split);
        return names.stream().map(name -> Path.of(folder).resolve(name)).toList();
    }

    /** What a split is called in messages. */
    String name(Split split) {
        return String.join(", ", files(split).stream().map(Path::toString).toList());
    }

    List<String> texts(Split split) throws IOException {
        List<String> texts = new ArrayList<>();
        for (Path file : files(split)) {
            texts.addAll(TextCorpus.of(file, layout, key).readAll());
        }
        return texts;
    }

    List<Dialogue> dialogues(Split split) throws IOException {
        List<Dialogue> dialogues = new ArrayList<>();
        for (Path file : files(split)) {
            dialogues.addAll(dialogues(file).readAll());
        }
        return dialogues;
    }

    /** Whether a file is one text as it is, so that nothing ends it. */
    boolean isWhole() {
        return !isDialogues() && layout == TextCorpus.Layout.WHOLE;
    }

    /** All texts of a split, and what dialogues are written as, to learn a vocabulary from. */
    List<String> written(Split split, DialogueTemplate template) throws IOException {
        if (!isDialogues()) {
            return texts(split);
        }
        List<String> written = new ArrayList<>();
        for (Dialogue dialogue : dialogues(split)) {
            for (Dialogue.Turn turn : dialogue.turns()) {
                written.add(
                        template.before(turn.role()) + turn.text() + template.behind(turn.role()));
            }
        }
        return written;
    }

    private DialogueCorpus dialogues(Path file) {
        return new DialogueCorpus(file, promptKey, answerKey, messagesKey, LineLimit.DEFAULT);
    }

    /** Reads the beginning of every file. */
    void check() throws IOException {
        for (Split split : Split.values()) {
            for (Path file : files(split)) {
                try (Stream<?> first =
                        isDialogues()
                                ? dialogues(file).open()
                                : TextCorpus.of(file, layout, key).open()) {
                    if (first.findFirst().isEmpty()) {
                        throw new CorpusException(file + " is empty: give at least one text");
                    }
                }
            }
        }
    }
}
