package org.attn4j.models.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShortFloatsTest {

    /** Bits of a float32, and what PyTorch makes of it in float16 and bfloat16. */
    @ParameterizedTest
    @CsvSource({
        "00000000, 0000, 0000",
        "80000000, 8000, 8000",
        "3f800000, 3c00, 3f80",
        "bf808001, bc04, bf81",
        "3f807fff, 3c04, 3f80",
        "3f808000, 3c04, 3f80",
        "3f818000, 3c0c, 3f82",
        "477fdfff, 7bff, 4780",
        "477fefff, 7bff, 4780",
        "477ff000, 7c00, 4780",
        "c77ff001, fc00, c780",
        "7f7fffff, 7c00, 7f80",
        "7f7f8000, 7c00, 7f80",
        "7f800000, 7c00, 7f80",
        "ff800000, fc00, ff80",
        "38800000, 0400, 3880",
        "387fffff, 0400, 3880",
        "387fe000, 0400, 3880",
        "387fd000, 03ff, 3880",
        "33000000, 0000, 3300",
        "33000001, 0001, 3300",
        "33800000, 0001, 3380",
        "33c00000, 0002, 33c0",
        "34200000, 0002, 3420",
        "00000001, 0000, 0000",
        "00400000, 0000, 0040",
        "00008000, 0000, 0000",
        "0001ffff, 0000, 0002",
        "3eaaaaab, 3555, 3eab",
        "42f6e979, 57b7, 42f7",
        "c49a522b, e4d3, c49a",
        "3c23d70a, 211f, 3c24"
    })
    void roundsAsPyTorchDoes(String single, String half, String brain) {
        float value = Float.intBitsToFloat(Integer.parseUnsignedInt(single, 16));
        assertEquals(Integer.parseInt(half, 16), ShortFloats.toHalf(value) & 0xffff);
        assertEquals(Integer.parseInt(brain, 16), ShortFloats.toBrainFloat(value) & 0xffff);
    }

    @Test
    void everyShortFloatSurvivesTheWayThroughFloat32() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float half = ShortFloats.fromHalf((short) bits);
            float brain = ShortFloats.fromBrainFloat((short) bits);
            if (!Float.isNaN(half)) {
                assertEquals((short) bits, ShortFloats.toHalf(half));
            }
            if (!Float.isNaN(brain)) {
                assertEquals((short) bits, ShortFloats.toBrainFloat(brain));
            }
        }
        assertEquals(65504f, ShortFloats.fromHalf((short) 0x7bff));
        assertEquals(0x1p-24f, ShortFloats.fromHalf((short) 1));
    }

    @Test
    void whatIsNoNumberStaysNone() {
        assertTrue(Float.isNaN(ShortFloats.fromHalf(ShortFloats.toHalf(Float.NaN))));
        float rare = Float.intBitsToFloat(0x7f800001);
        assertTrue(Float.isNaN(ShortFloats.fromHalf(ShortFloats.toHalf(rare))));
        assertTrue(Float.isNaN(ShortFloats.fromBrainFloat(ShortFloats.toBrainFloat(rare))));
    }
}
