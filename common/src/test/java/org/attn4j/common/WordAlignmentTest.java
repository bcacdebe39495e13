package org.attn4j.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.attn4j.common.WordAlignment.Link;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordAlignmentTest {

    @Test
    void readsSureAndPossibleLinks() {
        WordAlignment read = WordAlignment.parse(" 1-3\t0p2  0-0 ");
        assertEquals(Set.of(new Link(0, 0), new Link(1, 3)), read.sure());
        assertEquals(Set.of(new Link(0, 0), new Link(0, 2), new Link(1, 3)), read.possible());
        assertEquals("0-0 0p2 1-3", read.toString());
        assertEquals(read, WordAlignment.parse(read.toString()));
    }

    @Test
    void ordersLinksByNumbersAndWritesEachOnce() {
        List<Link> links = List.of(new Link(10, 0), new Link(9, 2), new Link(9, 1), new Link(9, 1));
        assertEquals("9-1 9-2 10-0", WordAlignment.of(links).toString());
        assertEquals("2-1", WordAlignment.parse("2p1 2-1").toString());
    }

    @Test
    void anEmptyLineHasNoLinks() {
        assertEquals(Set.of(), WordAlignment.parse("").possible());
        assertEquals("", WordAlignment.parse(" ").toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0-",
                "-0",
                "0",
                "0-1-2",
                "0:1",
                "0–1",
                "-1-2",
                "a-b",
                "0-1,2-3",
                "1000000000-0",
                "0-1 ||| 0-2",
                "٣-1"
            })
    void refusesWhatIsNoLink(String line) {
        String message =
                assertThrows(IllegalArgumentException.class, () -> WordAlignment.parse(line))
                        .getMessage();
        assertTrue(message.startsWith("a link must be two word numbers from 0"), message);
    }

    @Test
    void refusesWordsBeyondTheSentence() {
        WordAlignment alignment = WordAlignment.parse("0-0 2p1");
        alignment.requireWithin(3, 2);
        assertEquals(
                "the link 2-1 must be of words that are there, got 2 source words and 2 target"
                        + " words; they are counted from 0",
                assertThrows(IllegalArgumentException.class, () -> alignment.requireWithin(2, 2))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> alignment.requireWithin(3, 1));
        assertThrows(IllegalArgumentException.class, () -> new Link(-1, 0));
    }
}
