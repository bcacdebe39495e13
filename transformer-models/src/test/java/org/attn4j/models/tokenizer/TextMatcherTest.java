package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TextMatcherTest {

    @Test
    void findsTheLongestAtAPlace() {
        TextMatcher matcher = new TextMatcher(List.of("ab", "a", "abcd", "bc", "\ud83d\ude00"));
        assertEquals(2, matcher.longestAt("abcabcd", 0));
        assertEquals(2, matcher.longestAt("abcabcd", 1));
        assertEquals(0, matcher.longestAt("abcabcd", 2));
        assertEquals(4, matcher.longestAt("abcabcd", 3));
        assertEquals(2, matcher.longestAt("\ud83d\ude00", 0));
        assertEquals(0, matcher.longestAt("\ud83d\ude01", 0));
    }

    /** As many texts with one beginning once took a step each, at every place. */
    @Test
    void boundsWhatItHolds() {
        List<String> texts = IntStream.range(0, 3000).mapToObj(i -> "x".repeat(400) + i).toList();
        assertEquals(403, new TextMatcher(texts).longestAt("x".repeat(400) + "123", 0));
        List<String> others = IntStream.range(0, 3000).mapToObj(i -> i + "x".repeat(400)).toList();
        assertThrows(IllegalArgumentException.class, () -> new TextMatcher(others));
    }
}
