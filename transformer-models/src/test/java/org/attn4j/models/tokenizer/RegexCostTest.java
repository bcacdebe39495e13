package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RegexCostTest {

    /**
     * GPT-2, Llama 3 (Qwen's differs in the digits), cl100k, o200k, DeepSeek, BLOOM, CLIP, ours.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
                "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
                        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}"
                        + "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
                "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
                        + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+"
                        + "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}"
                        + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
                        + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
                " ?[^(\\s|[.,!?\u2026\u3002\uff0c\u3001\u0964\u06d4\u060c])]+",
                "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+",
                "[\u4e00-\u9fa5\u3040-\u309f\u30a0-\u30ff]+",
                " {2,}",
            })
    void publishedExpressionsTakeLongTexts(String expression) {
        assertTrue(RegexCost.of(expression).longestText() > NativeGuard.MOST_CHARACTERS);
    }

    @Test
    void countsTheRepeatsThatMayBeGivenBack() {
        assertEquals(0, RegexCost.of("a+").degree());
        assertEquals(0, RegexCost.of("a+b*").degree());
        assertEquals(1, RegexCost.of("a+b").degree());
        assertEquals(0, RegexCost.of("a++b").degree());
        assertEquals(0, RegexCost.of("(?>a+)b").degree());
        assertEquals(1, RegexCost.of("a+(?!b)").degree());
        assertEquals(2, RegexCost.of(".*.*x").degree());
        assertEquals(1, RegexCost.of("(?:ab)*c").degree());
        assertEquals(1, RegexCost.of("\\p{N}{1,3}(?=(?:\\p{N}{3})*\\b)").degree());
        // The run that the first scans is taken by the last, unless something takes less of it.
        assertEquals(0, RegexCost.of("a+b|a+").degree());
        assertEquals(1, RegexCost.of("a+b|a|a+").degree());
        assertEquals(1, RegexCost.of("a+b|c+").degree());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            value = {
                "(a+)+$ @ repeats a group that itself repeats or chooses",
                "(a|a)*b @ repeats a group that itself repeats or chooses",
                "(?:a*)* @ repeats what may match nothing",
                "a{0,100000} @ repeats something more than 1000 times",
                "a{2}+ @ repeats a repeat",
                "a** @ repeats a repeat",
                "(a)\\1 @ has \\1, which is not supported",
                "(?~a) @ has a group of an unknown kind, (?~",
                "[]a] @ has an empty class",
                "a(?i)b|c @ changes its options in the middle",
                "\\xE2 @ has a byte",
                "( @ has a parenthesis that nothing closes",
                ") @ has a parenthesis that nothing opens",
                "[a @ has a class that nothing closes",
                "+a @ repeats nothing",
            })
    void refusesByName(String expression, String why) {
        String message =
                assertThrows(IllegalArgumentException.class, () -> RegexCost.of(expression))
                        .getMessage();
        assertTrue(message.startsWith(why), message);
    }

    @Test
    void knowsTheShortestMatch() {
        assertEquals(0, RegexCost.of("^a*|b").shortest());
        assertEquals(3, RegexCost.of("a{2}(?:b|cd)(?=e)").shortest());
        assertEquals(1, RegexCost.of("ab|c").shortest());
    }

    @Test
    void cutsAtTheBarsOfTheWhole() {
        assertEquals(List.of("a[|]", "(?:b|c)", "\\|"), RegexCost.alternatives("a[|]|(?:b|c)|\\|"));
    }
}
