package org.attn4j.cli.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class ExplainCommandTest {

    private static Outcome explain(String... args) {
        List<String> all = new ArrayList<>(List.of("explain"));
        all.addAll(List.of(args));
        all.addAll(1, List.of("--engine", Cli.ENGINE, "--threads", "1"));
        return Cli.run(all.toArray(String[]::new));
    }

    @Test
    void withoutAMechanismTheWholeWorkedStepIsShown() {
        Outcome told = explain("the cat sat");
        assertEquals(ExitCode.DONE, told.code(), told.err());
        assertTrue(told.out().startsWith("Multi-head attention"), told.out());
        for (String step : List.of("Queries", "Keys", "Values", "Scores", "Softmax", "output")) {
            assertTrue(told.out().contains(step), step);
        }
        assertTrue(told.out().lines().anyMatch(line -> line.matches(" +the +cat +sat")));
        assertEquals(told.out(), explain("multi-head", "the cat sat").out());
    }

    @Test
    void sizesThatAreNotGivenSuitTheLesson() {
        assertTrue(explain("grouped-query").out().contains("D = 8 numbers, and there are N = 4"));
        String smaller = explain("grouped-query", "--d-model", "6").out();
        assertTrue(smaller.contains("D = 6 numbers, and there are N = 2"), smaller);
        assertTrue(explain("grouped-query", "--d-model", "3").out().contains("N = 1 heads"));
    }

    @Test
    void whatCausalMeansIsSaid() {
        String sentence = "each word sees itself and those before it alone";
        assertTrue(explain("multi-head", "a b", "--causal").out().contains(sentence));
        assertFalse(explain("multi-head", "a b").out().contains(sentence));
    }

    @Test
    void theSeedDrawsTheNumbers() {
        String first = explain("dot-product", "a b", "--seed", "1").out();
        assertEquals(first, explain("dot-product", "a b", "--seed", "1").out());
        assertFalse(first.equals(explain("dot-product", "a b", "--seed", "2").out()));
    }

    @Test
    void aSecondTextLooksAtTheFirst() {
        Outcome told = explain("additive", "the cat sat", "le chat");
        assertEquals(ExitCode.DONE, told.code(), told.err());
        assertTrue(told.out().lines().anyMatch(line -> line.startsWith("    chat ")), told.out());
    }

    @Test
    void allLessonsAreListed() {
        List<String> lines = explain("--list").out().lines().toList();
        assertEquals(Lessons.all().size(), lines.size());
        for (Lesson lesson : Lessons.all()) {
            assertTrue(lines.stream().anyMatch(line -> line.startsWith(lesson.name() + " ")));
        }
    }

    @Test
    void jsonHasTheNumbers() {
        Outcome told = explain("masked-self", "a b c", "--json");
        JsonObject document = JsonParser.parseString(told.out()).getAsJsonObject();
        JsonObject step = document.getAsJsonArray("steps").get(0).getAsJsonObject();
        JsonObject table = step.getAsJsonArray("tables").get(0).getAsJsonObject();
        assertEquals("X", table.get("caption").getAsString());
        assertEquals(3, table.getAsJsonArray("values").size());
    }

    static Stream<List<String>> badInput() {
        return Stream.of(
                List.of(
                        "no lesson is called 'aditive', did you mean 'additive'?",
                        "aditive",
                        "a b"),
                List.of(
                        "no lesson is called 'mask-self', did you mean 'masked-self'?",
                        "mask-self"),
                List.of("must have from 2 to 16 words", "multi-head", "one"),
                List.of("must have from 2 to 16 words", "multi-head", "a ".repeat(17)),
                List.of("must have from 2 to 16 words", "multi-head", ""),
                List.of("must have from 2 to 16 words", "b".repeat(100_000)),
                List.of("the second text must have from 1 to 16 words", "additive", "a b", ""),
                List.of("at most 32 characters", "multi-head", "a " + "b".repeat(33)),
                List.of("control characters", "multi-head", "a \u001b[31mred"),
                List.of("--d-model must be from 2 to 16", "a b", "--d-model", "17"),
                List.of("--d-model must be from 2 to 16", "a b", "--d-model", "0"),
                List.of("--d-model must be divisible by --heads", "a b", "--heads", "3"),
                List.of("--d-model must be divisible by --heads", "a b", "--heads", "0"),
                List.of("explain why has no use for a text", "why", "a b"),
                List.of("explain scaling has no use for --d-model", "scaling", "--d-model", "4"),
                List.of("explain additive has no use for --heads", "additive", "--heads", "2"),
                List.of("explain additive has no use for --causal", "additive", "--causal"),
                List.of("explain multi-head has no use for a second text", "a b", "c d"),
                List.of("put each text in quotes", "a b", "c d", "e f"),
                List.of("give one of them", "a b", "--json", "--html", "x.html"),
                List.of("--html: there is no folder /missing", "a b", "--html", "/missing/x.html"),
                List.of("--html must end in .html, got x.txt", "a b", "--html", "x.txt"));
    }

    @ParameterizedTest
    @MethodSource("badInput")
    void badInputIsOneSentence(List<String> expectedAndArgs) {
        List<String> args = expectedAndArgs.subList(1, expectedAndArgs.size());
        Outcome told = explain(args.toArray(String[]::new));
        assertEquals(ExitCode.USAGE, told.code(), told.out() + told.err());
        assertEquals(1, told.err().lines().count(), told.err());
        assertTrue(told.err().contains(expectedAndArgs.get(0)), told.err());
        assertEquals("", told.out());
    }

    private static Document page(Path file) throws Exception {
        String html = Files.readString(file);
        String body = html.substring(html.indexOf("<body>"), html.indexOf("</html>"));
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(body)));
    }

    @Test
    void aPageHasTheSameTablesWithNamedRowsAndColumns(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("page.html");
        Outcome told = explain("the cat sat", "--html", file.toString());
        assertEquals(ExitCode.DONE, told.code(), told.err());
        assertEquals(file + System.lineSeparator(), told.out());
        NodeList tables = page(file).getElementsByTagName("table");
        assertTrue(tables.getLength() > 20, "tables: " + tables.getLength());
        for (int i = 0; i < tables.getLength(); i++) {
            Element table = (Element) tables.item(i);
            assertEquals(1, table.getElementsByTagName("caption").getLength());
            NodeList heads = table.getElementsByTagName("th");
            for (int j = 0; j < heads.getLength(); j++) {
                assertTrue(((Element) heads.item(j)).getAttribute("scope").matches("row|col"));
            }
        }
        String text = explain("the cat sat").out();
        NodeList cells = page(file).getElementsByTagName("td");
        for (int i = 0; i < cells.getLength(); i++) {
            assertTrue(text.contains(cells.item(i).getTextContent()));
        }
    }

    @Test
    void hostileWordsAreShownAsText(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("page.html");
        String hostile = "<script>alert(1)</script> \"><img/onerror=alert(1)> &amp; '";
        Outcome told = explain(hostile, "--html", file.toString());
        assertEquals(ExitCode.DONE, told.code(), told.err());
        Document page = page(file); // would not be well-formed otherwise
        assertEquals(0, page.getElementsByTagName("script").getLength());
        assertEquals(0, page.getElementsByTagName("img").getLength());
        NodeList heads = page.getElementsByTagName("th");
        List<String> names = new ArrayList<>();
        for (int i = 0; i < heads.getLength(); i++) {
            names.add(heads.item(i).getTextContent());
        }
        assertTrue(names.containsAll(List.of(hostile.split(" "))), names.toString());
    }
}
