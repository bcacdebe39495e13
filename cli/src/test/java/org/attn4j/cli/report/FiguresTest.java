package org.attn4j.cli.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class FiguresTest {

    @Test
    void numbersHaveFourDigitsOrThoseBeforeTheirPoint() {
        assertEquals("3.142", Figures.text(Math.PI));
        assertEquals("0.25", Figures.text(0.25));
        assertEquals("100", Figures.text(100.0));
        assertEquals("-0.00025", Figures.text(-0.00025));
        assertEquals("12,346", Figures.text(12345.6));
        assertEquals("5e-5", Figures.text(5e-5));
        assertEquals("1.25e-7", Figures.text(1.25e-7));
        assertEquals("1e20", Figures.text(1e20));
        assertEquals("0", Figures.text(0.0));
        assertEquals("NaN", Figures.text(Double.NaN));
        assertEquals("1,234,567", Figures.text(1234567L));
    }
}
