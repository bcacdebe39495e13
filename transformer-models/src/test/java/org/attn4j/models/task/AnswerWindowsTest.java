package org.attn4j.models.task;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TokenizedText;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerWindowsTest {

    private static final String QUESTION = "Where does the doctor live?";
    private static final String TEXT =
            "My name is Sarah Connor and I live in London. The café 😀 opens at nine o'clock. The"
                    + " old doctor lives in Paris and reads the red book.";

    /** An answer is where its own words are tokenized, whatever the vocabulary cuts them into. */
    @ParameterizedTest
    @ValueSource(strings = {"bert_answer", "roberta_answer"})
    void anAnswerIsFoundInEveryWindowThatHoldsItWhole(String fixture) throws IOException {
        try (ModelTokenizer tokenizer = ModelTokenizer.load(TaskFixture.named(fixture))) {
            AnswerWindows windows = new AnswerWindows(tokenizer);
            int question = tokenizer.ids(QUESTION).length;
            List<TokenizedText> rows = windows.of(QUESTION, TEXT, question + 24, 10);
            assertTrue(rows.size() > 1, "the text must need several windows");
            for (String answer : List.of("London", "café 😀 opens", "Paris", "My name")) {
                int from = TEXT.indexOf(answer);
                int to = from + answer.length();
                int found = 0;
                for (TokenizedText row : rows) {
                    AnswerWindows.Positions positions = windows.positions(row, from, to);
                    boolean inside = covers(row, from, to);
                    assertEquals(!inside, positions.equals(windows.nowhere(row)), answer);
                    if (inside) {
                        found++;
                        int begin = row.offsets()[positions.start()][0];
                        int end = row.offsets()[positions.end()][1];
                        assertEquals(answer, TEXT.substring(begin, end).strip());
                    }
                }
                assertTrue(found > 0, answer);
            }
        }
    }

    private static boolean covers(TokenizedText row, int from, int to) {
        List<Integer> starts = new ArrayList<>();
        List<Integer> ends = new ArrayList<>();
        for (int i = 0; i < row.length(); i++) {
            if (row.sequenceIds()[i] == 1) {
                starts.add(row.offsets()[i][0]);
                ends.add(row.offsets()[i][1]);
            }
        }
        return starts.get(0) <= from && ends.get(ends.size() - 1) >= to;
    }

    @ParameterizedTest
    @ValueSource(strings = {"bert_answer", "roberta_answer"})
    void noAnswerStandsAtTheTokenThatIsClassified(String fixture) throws IOException {
        try (ModelTokenizer tokenizer = ModelTokenizer.load(TaskFixture.named(fixture))) {
            AnswerWindows windows = new AnswerWindows(tokenizer);
            TokenizedText row = windows.of(QUESTION, TEXT, 1000, 10).get(0);
            assertEquals(new AnswerWindows.Positions(0, 0), windows.nowhere(row));
            // What begins in the middle of a token is answered by the whole token.
            int from = TEXT.indexOf("ondon");
            AnswerWindows.Positions whole = windows.positions(row, from, from + 5);
            assertEquals(windows.positions(row, from - 1, from + 5), whole);
        }
    }
}
