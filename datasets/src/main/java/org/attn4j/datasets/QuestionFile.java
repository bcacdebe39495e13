package org.attn4j.datasets;

import com.google.gson.JsonParseException;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A file of questions about texts, UTF-8, plain or gzip.
 *
 * <p>If its name ends in {@code .json}, it is SQuAD's JSON, version 1.1 (Rajpurkar et al. 2016) or
 * 2.0 with {@code is_impossible} (Rajpurkar et al. 2018). If it ends in {@code .jsonl}, each line
 * is a question: {@code id}, {@code question}, {@code context}, and {@code answers} with the lists
 * {@code text} and {@code answer_start}, as SQuAD has them on the hub of Hugging Face; or one
 * {@code answer} and its {@code answer_start}; and in place of the context its id, {@code passage},
 * in a second file of JSON lines with {@code id} and {@code text}.
 *
 * <p>{@code answer_start} counts code points, as in Python.
 *
 * @param path the file
 * @param passages the file of the texts that {@code passage} names; null for none
 * @param limit how long a line may be, or for SQuAD's JSON the whole file
 */
public record QuestionFile(Path path, Path passages, LineLimit limit) {

    /** A file of SQuAD's JSON is some 40 MB, on one line. */
    private static final LineLimit USUAL = new LineLimit(100_000_000, LineLimit.Policy.REFUSE);

    public QuestionFile {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(limit, "limit");
    }

    /**
     * Returns a file whose questions hold their texts, with room for the files of SQuAD.
     *
     * @param path the file
     * @return the file
     */
    public static QuestionFile of(Path path) {
        return new QuestionFile(path, null, USUAL);
    }

    /**
     * Returns a file whose questions name their texts.
     *
     * @param path the file, JSON lines
     * @param passages the file of the texts, JSON lines
     * @return the file
     */
    public static QuestionFile of(Path path, Path passages) {
        return new QuestionFile(path, passages, USUAL);
    }

    /**
     * Reads all questions into memory.
     *
     * @return the questions, at least one
     * @throws IOException if the file cannot be read, or an answer is not where it is said to be
     */
    public List<AnsweredQuestion> readAll() throws IOException {
        String name = path.getFileName().toString().replaceFirst("\\.gz$", "");
        List<AnsweredQuestion> questions = name.endsWith(".json") ? ofSquad() : ofLines();
        if (questions.isEmpty()) {
            throw new CorpusException(path + " has no question: give at least one");
        }
        return questions;
    }

    private List<AnsweredQuestion> ofLines() throws IOException {
        Map<String, String> texts = texts();
        List<AnsweredQuestion> questions = new ArrayList<>();
        try (LineReader reader = LineReader.open(path, limit)) {
            for (String line = reader.next(); line != null; line = reader.next()) {
                if (!line.isBlank()) {
                    questions.add(ofLine(JsonLine.of(line, reader.place()), texts, reader.place()));
                }
            }
        }
        return questions;
    }

    private Map<String, String> texts() throws IOException {
        Map<String, String> texts = new HashMap<>();
        if (passages != null) {
            for (FieldFile.Line line :
                    new FieldFile(passages, List.of("id", "text"), false, limit).readAll()) {
                if (texts.put(line.text("id"), line.text("text")) != null) {
                    throw new CorpusException(
                            "%s repeats the id '%s'".formatted(line.place(), line.text("id")));
                }
            }
        }
        return texts;
    }

    private AnsweredQuestion ofLine(JsonLine line, Map<String, String> texts, String place)
            throws CorpusException {
        String context;
        if (line.has("passage")) {
            context = texts.get(line.value("passage"));
            if (context == null) {
                throw new CorpusException(
                        "%s names the passage '%s', which %s"
                                .formatted(
                                        place,
                                        line.value("passage"),
                                        passages == null
                                                ? "needs a file of passages"
                                                : passages + " does not have"));
            }
        } else {
            context = line.text("context");
        }
        boolean single = line.has("answer");
        List<String> answers = single ? List.of(line.text("answer")) : line.values("answers.text");
        List<String> starts = line.values(single ? "answer_start" : "answers.answer_start");
        if (answers.size() != starts.size()) {
            throw new CorpusException(
                    "%s has %s answers, but %s in answer_start"
                            .formatted(place, answers.size(), starts.size()));
        }
        List<AnsweredQuestion.Span> spans = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            spans.add(span(context, answers.get(i), integer(starts.get(i), place), place));
        }
        return question(line.value("id"), line.text("question"), context, spans, place);
    }

    private static int integer(String text, String place) throws CorpusException {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new CorpusException(
                    "%s has the answer_start '%s': a whole number is wanted".formatted(place, text),
                    e);
        }
    }

    private static AnsweredQuestion question(
            String id,
            String question,
            String context,
            List<AnsweredQuestion.Span> answers,
            String place)
            throws CorpusException {
        if (question.isBlank() || context.isBlank()) {
            throw new CorpusException(
                    "%s has an empty %s"
                            .formatted(place, question.isBlank() ? "question" : "context"));
        }
        return new AnsweredQuestion(id, question, context, answers, place);
    }

    /** The answer in {@code char}s, from where Python counts code points. */
    private static AnsweredQuestion.Span span(String context, String text, int start, String place)
            throws CorpusException {
        boolean inside = start >= 0 && start <= context.codePointCount(0, context.length());
        int begin = inside ? context.offsetByCodePoints(0, start) : -1;
        if (!inside || text.isEmpty() || !context.startsWith(text, begin)) {
            throw new CorpusException(
                    "%s has the answer '%s', which does not stand at answer_start %s of its text"
                            .formatted(place, text, start));
        }
        return new AnsweredQuestion.Span(text, begin);
    }

    private List<AnsweredQuestion> ofSquad() throws IOException {
        String text;
        try (LineReader reader = LineReader.open(path, limit)) {
            text = reader.text();
        }
        JsonReader json = new JsonReader(new StringReader(text));
        json.setStrictness(Strictness.STRICT);
        try {
            return new Squad(json).read();
        } catch (MalformedJsonException | EOFException | JsonParseException e) {
            throw new CorpusException("%s is not JSON at %s".formatted(path, json.getPath()), e);
        }
    }

    /** Reads SQuAD's JSON: data, paragraphs, questions, answers. */
    private final class Squad {

        private final JsonReader json;
        private final List<AnsweredQuestion> questions = new ArrayList<>();

        private Squad(JsonReader json) {
            this.json = json;
        }

        /** What is done with the value of a key; false if the key is of no use. */
        private interface Keys {

            boolean read(String key) throws IOException;
        }

        private List<AnsweredQuestion> read() throws IOException {
            object(key -> key.equals("data") && array(() -> object(this::article)));
            if (json.peek() != JsonToken.END_DOCUMENT) {
                throw new CorpusException(path + " goes on behind the end of its JSON object");
            }
            return questions;
        }

        private boolean article(String key) throws IOException {
            return key.equals("paragraphs") && array(this::paragraph);
        }

        private void paragraph() throws IOException {
            String place = place();
            List<Written> asked = new ArrayList<>();
            String[] context = {null};
            object(
                    key ->
                            switch (key) {
                                case "context" -> {
                                    context[0] = text();
                                    yield true;
                                }
                                case "qas" -> array(() -> asked.add(question()));
                                default -> false;
                            });
            require(context[0], "context", place);
            for (Written each : asked) {
                List<AnsweredQuestion.Span> spans = new ArrayList<>();
                for (int i = 0; !each.impossible && i < each.answers.size(); i++) {
                    Integer start = each.starts.get(i);
                    spans.add(span(context[0], each.answers.get(i), start, each.place));
                }
                if (spans.isEmpty() && !each.impossible) {
                    throw new CorpusException(
                            "%s has no answers, and is_impossible is not true"
                                    .formatted(each.place));
                }
                questions.add(
                        QuestionFile.question(
                                each.id, each.question, context[0], spans, each.place));
            }
        }

        private Written question() throws IOException {
            Written written = new Written(place());
            object(
                    key -> {
                        switch (key) {
                            case "id" -> written.id = value();
                            case "question" -> written.question = text();
                            case "is_impossible" -> written.impossible = flag();
                            case "answers" -> array(() -> answer(written));
                            default -> {
                                return false;
                            }
                        }
                        return true;
                    });
            require(written.id, "id", written.place);
            require(written.question, "question", written.place);
            return written;
        }

        private void answer(Written written) throws IOException {
            String place = place();
            String[] answer = {null, null};
            object(
                    key -> {
                        switch (key) {
                            case "text" -> answer[0] = text();
                            case "answer_start" -> answer[1] = value();
                            default -> {
                                return false;
                            }
                        }
                        return true;
                    });
            require(answer[0], "text", place);
            require(answer[1], "answer_start", place);
            written.answers.add(answer[0]);
            written.starts.add(integer(answer[1], place));
        }

        private void require(Object value, String key, String place) throws CorpusException {
            if (value == null) {
                throw new CorpusException("%s has no \"%s\"".formatted(place, key));
            }
        }

        private void object(Keys keys) throws IOException {
            expect(JsonToken.BEGIN_OBJECT, "an object");
            json.beginObject();
            while (json.hasNext()) {
                if (!keys.read(json.nextName())) {
                    json.skipValue();
                }
            }
            json.endObject();
        }

        private boolean array(Element element) throws IOException {
            expect(JsonToken.BEGIN_ARRAY, "a list");
            json.beginArray();
            while (json.hasNext()) {
                element.read();
            }
            json.endArray();
            return true;
        }

        private String text() throws IOException {
            expect(JsonToken.STRING, "a text");
            return json.nextString();
        }

        private String value() throws IOException {
            if (json.peek() != JsonToken.NUMBER) {
                expect(JsonToken.STRING, "a text or number");
            }
            return json.nextString();
        }

        private boolean flag() throws IOException {
            expect(JsonToken.BOOLEAN, "true or false");
            return json.nextBoolean();
        }

        private void expect(JsonToken token, String what) throws IOException {
            if (json.peek() != token) {
                throw new CorpusException("%s must be %s".formatted(place(), what));
            }
        }

        private String place() {
            return path + ", " + json.getPath();
        }
    }

    /** Reads an element of a list. */
    private interface Element {

        void read() throws IOException;
    }

    /** A question as it is written; its context may stand behind it. */
    private static final class Written {

        private final String place;
        private final List<String> answers = new ArrayList<>();
        private final List<Integer> starts = new ArrayList<>();
        private String id;
        private String question;
        private boolean impossible;

        private Written(String place) {
            this.place = place;
        }
    }
}
