package org.attn4j.common;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class RequireTest {

    private static void assertRefused(String message, Executable check) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, check).getMessage());
    }

    @Test
    void aMessageGivesTheRuleAndTheValues() {
        assertRefused(
                "modelSize must be divisible by heads, got modelSize=10, heads=3",
                () ->
                        Require.that(
                                false,
                                "modelSize must be divisible by heads, got modelSize=%s, heads=%s",
                                10,
                                3));
        assertDoesNotThrow(() -> Require.that(true, "it holds, got %s", 1));
    }

    @Test
    void theLeastNumberItselfIsTaken() {
        assertDoesNotThrow(() -> Require.atLeast("heads", 1, 1));
        assertRefused("heads must be at least 1, got 0", () -> Require.atLeast("heads", 0, 1));
    }

    @Test
    void aRateIsFrom0ToBelow1AndANumber() {
        assertEquals(0.5f, Require.rate("dropout", 0.5f));
        assertEquals(0f, Require.rate("dropout", 0f));
        for (float rate : new float[] {-0.1f, 1f, Float.NaN}) {
            assertRefused(
                    "dropout must be at least 0 and below 1, got " + rate,
                    () -> Require.rate("dropout", rate));
        }
    }

    @Test
    void numbersHaveTheSameDigitsInEveryLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG"));
        try {
            assertRefused(
                    "at least 1, got 0", () -> Require.that(false, "at least %d, got %s", 1, 0));
        } finally {
            Locale.setDefault(before);
        }
    }
}
