package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Texts with labels, tagged words, and questions with their answers. */
class LabelledFilesTest {

    @TempDir private Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static void assertRefuses(Executable reading, String... parts) {
        String message = assertThrows(CorpusException.class, reading).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), () -> "\"" + part + "\" is not in: " + message);
        }
    }

    private static List<LabelledText> read(Path path, LabelledText.Fields fields)
            throws IOException {
        return FieldFile.of(path, fields.names().toArray(String[]::new)).readAll().stream()
                .map(
                        line -> {
                            try {
                                return LabelledText.of(line, fields);
                            } catch (CorpusException e) {
                                throw new UncheckedIOException(e);
                            }
                        })
                .toList();
    }

    @Test
    void columnsHaveNumbersOrTheNamesOfTheFirstLine() throws IOException {
        Path named = file("a.tsv", "label\ttext\n1\tgood film\n\n0\tbad\t\n");
        var fields = new LabelledText.Fields("text", "", "label", "");
        List<LabelledText> texts = read(named, fields);
        assertEquals(List.of("good film", "bad"), texts.stream().map(LabelledText::text).toList());
        assertEquals(List.of("1"), texts.get(0).labels());
        assertNull(texts.get(0).pair());
        assertTrue(texts.get(1).place().endsWith("a.tsv, line 4,"), texts.get(1).place());
        Path numbered = file("b.tsv", "good film\t1\n");
        assertEquals(
                "good film",
                read(numbered, new LabelledText.Fields("1", "", "2", "")).get(0).text());
        FieldFile withHeader = new FieldFile(named, List.of("2", "1"), true, LineLimit.DEFAULT);
        assertEquals(2, withHeader.readAll().size());
    }

    @Test
    void jsonLinesHoldPairsAndSeveralLabels() throws IOException {
        Path path =
                file(
                        "nli.jsonl",
                        "{\"premise\": \"a\", \"hypothesis\": \"b\", \"labels\": [\"x\", 2]}\n"
                                + "{\"premise\": \"c\", \"hypothesis\": \"d\", \"labels\": []}\n"
                                + "{\"premise\": \"e\", \"hypothesis\": \"f\", \"labels\": 1}\n");
        List<LabelledText> texts =
                read(path, new LabelledText.Fields("premise", "hypothesis", "labels", ""));
        assertEquals(List.of("b", "d", "f"), texts.stream().map(LabelledText::pair).toList());
        assertEquals(
                List.of(List.of("x", "2"), List.of(), List.of("1")),
                texts.stream().map(LabelledText::labels).toList());
    }

    @Test
    void aSeparatorDividesTheLabelsOfAColumn() throws IOException {
        Path path = file("m.tsv", "x\ta|b |\ny\t\n");
        List<LabelledText> texts = read(path, new LabelledText.Fields("1", "", "2", "|"));
        assertEquals(
                List.of(List.of("a", "b"), List.of()),
                texts.stream().map(LabelledText::labels).toList());
    }

    @Test
    void fieldErrorsNameFileLineAndField() throws IOException {
        Path table = file("t.tsv", "label\ttext\n1\n");
        assertRefuses(
                FieldFile.of(table, "score", "text")::readAll,
                "line 1,",
                "\"score\"",
                "label, text");
        assertRefuses(FieldFile.of(table, "text", "label")::readAll, "line 2,", "column 2");
        Path json = file("j.jsonl", "{\"text\": {\"a\": 1}}");
        assertRefuses(FieldFile.of(json, "text")::readAll, "line 1,", "\"text\"");
        FieldFile.Line line =
                FieldFile.of(file("n.tsv", "3.5\tNaN\t \n"), "1", "2", "3").readAll().get(0);
        assertEquals(3.5, line.number("1"));
        assertRefuses(() -> line.number("2"), "line 1,", "\"2\"", "NaN");
        var fields = new LabelledText.Fields("3", "", "1", "");
        assertRefuses(() -> LabelledText.of(line, fields), "line 1,", "empty", "\"3\"");
    }

    @Test
    void conllKeepsTagsOfAnySchemeAndDocumentsApart() throws IOException {
        Path path =
                file(
                        "eng.train",
                        "-DOCSTART- -X- -X- O\n\nEU NNP I-NP I-ORG\nrejects VBZ I-VP O\n\n\n"
                                + "Peter NNP B-NP S-PER\n");
        List<TaggedSentence> sentences = ConllFile.of(path).readAll();
        assertEquals(2, sentences.size());
        assertEquals(List.of("EU", "rejects"), sentences.get(0).words());
        assertEquals(List.of("I-ORG", "O"), sentences.get(0).tags());
        assertEquals(List.of("S-PER"), sentences.get(1).tags());
        assertTrue(sentences.get(1).place().endsWith("line 7,"), sentences.get(1).place());
        assertEquals(
                List.of("NNP", "VBZ"),
                new ConllFile(path, 1, 2, "", LineLimit.DEFAULT).readAll().get(0).tags());
    }

    @Test
    void conllWithTabsMayHaveSpacesInWordsAndComments() throws IOException {
        Path path = file("u.conllu", "# text = New York\n1\tNew York\tPROPN\n\n# end\n");
        ConllFile file = new ConllFile(path, 2, -1, "#", LineLimit.DEFAULT);
        assertEquals(List.of("New York"), file.readAll().get(0).words());
        assertEquals(1, file.readAll().size());
    }

    @Test
    void conllErrorsNameTheLineAndTheColumn() throws IOException {
        assertRefuses(ConllFile.of(file("a", "a O\nb B X\n"))::readAll, "line 2,", "3 columns");
        assertRefuses(
                new ConllFile(file("b", "a O\n"), 1, 3, "", LineLimit.DEFAULT)::readAll,
                "line 1,",
                "tag",
                "column 3");
        assertRefuses(ConllFile.of(file("c", "a\t\n"))::readAll, "line 1,", "empty tag");
        assertRefuses(ConllFile.of(file("d", "-DOCSTART- O\n\n"))::readAll, "no sentence");
    }

    private static final String SQUAD =
            "{\"version\": \"v2.0\", \"data\": [{\"title\": \"T\", \"paragraphs\": [{\"qas\": [%s],"
                    + " \"context\": \"\uD83D\uDE00 Ada wrote notes.\"}]}]}";

    private static final String ADA =
            "{\"id\": \"q1\", \"question\": \"Who?\", \"answers\": [{\"text\": \"Ada\","
                    + " \"answer_start\": 2}, {\"answer_start\": 6, \"text\": \"wrote\"}]}";

    @Test
    void squadIsReadInWhateverOrderOfKeys() throws IOException {
        String nothing =
                "{\"question\": \"When?\", \"plausible_answers\": [{\"text\": \"x\"}], \"answers\":"
                        + " [], \"is_impossible\": true, \"id\": 7}";
        Path path = file("dev.json", SQUAD.formatted(ADA + ", " + nothing));
        List<AnsweredQuestion> questions = QuestionFile.of(path).readAll();
        AnsweredQuestion first = questions.get(0);
        assertEquals("q1", first.id());
        // The emoji is one code point and two chars.
        assertEquals(new AnsweredQuestion.Span("Ada", 3), first.answers().get(0));
        assertEquals("Ada", first.context().substring(3, first.answers().get(0).end()));
        assertEquals("7", questions.get(1).id());
        assertEquals(List.of(), questions.get(1).answers());
    }

    @Test
    void squadErrorsNameThePlaceAndTheField() throws IOException {
        assertRefuses(squad("{\"id\": \"x\", \"answers\": []}"), "qas[0]", "\"question\"");
        assertRefuses(squad(ADA.replace("6", "7")), "qas[0]", "'wrote'", "answer_start 7");
        assertRefuses(squad(ADA.replace("6", "9999999999")), "9999999999");
        assertRefuses(squad(ADA.replace("6", "-1")), "answer_start -1");
        assertRefuses(squad(ADA.replace("\"Who?\"", "5")), "qas[0].question", "a text");
        assertRefuses(squad(ADA.replace("\"Who?\"", "\" \"")), "empty question");
        assertRefuses(
                squad("{\"id\": \"x\", \"question\": \"y\", \"answers\": []}"),
                "no answers",
                "is_impossible");
        assertRefuses(squad(ADA + "}"), "not JSON");
        assertRefuses(QuestionFile.of(file("e.json", "{\"data\": []}"))::readAll, "no question");
        assertRefuses(QuestionFile.of(file("e.json", "[1]"))::readAll, "$", "an object");
        assertRefuses(QuestionFile.of(file("e.json", "[".repeat(5000)))::readAll, "e.json");
        assertRefuses(QuestionFile.of(file("e.json", "{\"a\":".repeat(5000)))::readAll, "e.json");
    }

    private Executable squad(String questions) throws IOException {
        Path path = file("bad.json", SQUAD.formatted(questions));
        return () -> QuestionFile.of(path).readAll();
    }

    @Test
    void questionsOnLinesHoldTheirTextOrNameIt() throws IOException {
        Path passages =
                file("p.jsonl", "{\"id\": \"p0\", \"title\": \"t\", \"text\": \"Ada wrote.\"}\n");
        Path path =
                file(
                        "q.jsonl",
                        "{\"id\": \"1\", \"question\": \"Who?\", \"passage\": \"p0\", \"answer\":"
                                + " \"Ada\", \"answer_start\": 0}\n\n{\"id\": \"2\", \"question\":"
                                + " \"What?\", \"context\": \"A map.\", \"answers\": {\"text\":"
                                + " [\"map\", \"A map\"], \"answer_start\": [2, 0]}}\n{\"id\": \"3\","
                                + " \"question\": \"When?\", \"context\": \"A map.\", \"answers\":"
                                + " {\"text\": [], \"answer_start\": []}}\n");
        List<AnsweredQuestion> questions = QuestionFile.of(path, passages).readAll();
        assertEquals("Ada wrote.", questions.get(0).context());
        assertEquals(List.of(new AnsweredQuestion.Span("Ada", 0)), questions.get(0).answers());
        assertEquals(2, questions.get(1).answers().size());
        assertEquals(List.of(), questions.get(2).answers());
        assertRefuses(QuestionFile.of(path)::readAll, "line 1,", "'p0'", "file of passages");
        Path other = file("o.jsonl", "{\"id\": \"p1\", \"text\": \"x\"}\n");
        assertRefuses(QuestionFile.of(path, other)::readAll, "line 1,", "'p0'", "o.jsonl");
        Path twice = file("o.jsonl", "{\"id\": \"p1\", \"text\": \"x\"}\n".repeat(2));
        assertRefuses(QuestionFile.of(path, twice)::readAll, "line 2,", "'p1'");
        Path uneven =
                file(
                        "u.jsonl",
                        "{\"id\": \"3\", \"question\": \"q\", \"context\": \"A\", \"answers\":"
                                + " {\"text\": [\"A\"], \"answer_start\": []}}");
        assertRefuses(QuestionFile.of(uneven)::readAll, "line 1,", "answer_start");
    }

    @Test
    void longFilesAreRefusedBeforeTheyFillTheMemory() throws IOException {
        Path path = file("long.json", "{\"x\": \"" + "y".repeat(2000) + "\"}");
        LineLimit limit = new LineLimit(1000, LineLimit.Policy.REFUSE);
        assertRefuses(new QuestionFile(path, null, limit)::readAll, "1000 characters");
        StringBuilder words = new StringBuilder();
        IntStream.range(0, 100_001).forEach(i -> words.append("a O\n"));
        assertRefuses(ConllFile.of(file("w", words.toString()))::readAll, "line 100001,", "100000");
    }

    @Test
    void theSharedCorporaAreRead() throws IOException {
        Path corpora = Path.of(System.getProperty("attn4j.shared", "../../shared"), "corpora");
        assumeTrue(Files.isDirectory(corpora), "../shared/corpora is not here");
        var fields = new LabelledText.Fields("text", "", "label", "");
        assertEquals(6920, read(corpora.resolve("sst2/sst2.train.tsv"), fields).size());
        Path xquad = corpora.resolve("xquad-en");
        List<AnsweredQuestion> questions =
                QuestionFile.of(
                                xquad.resolve("queries.en.jsonl"),
                                xquad.resolve("passages.en.jsonl"))
                        .readAll();
        assertEquals(1190, questions.size());
        assertEquals(240, questions.stream().map(AnsweredQuestion::context).distinct().count());
    }
}
