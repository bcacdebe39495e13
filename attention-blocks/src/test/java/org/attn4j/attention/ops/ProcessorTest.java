package org.attn4j.attention.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ProcessorTest {

    @Test
    void readsWhatLinuxTellsOfTheFirstProcessor() {
        Processor processor =
                Processor.parse(
                        List.of(
                                "processor\t: 0",
                                "vendor_id\t: AuthenticAMD",
                                "model name\t: a name: with a colon",
                                "flags\t\t: fpu avx2 avx512f",
                                "",
                                "processor\t: 1",
                                "vendor_id\t: GenuineIntel",
                                "flags\t\t: fpu"));
        assertEquals("AuthenticAMD", processor.vendor());
        assertEquals(Set.of("fpu", "avx2", "avx512f"), processor.features());
        assertTrue(processor.prefersOneDnn());
    }

    @Test
    void prefersTheEngineWhereMklTakesItsFastPathOrNothingIsKnown() {
        assertFalse(new Processor("GenuineIntel", Set.of("avx512f")).prefersOneDnn());
        assertFalse(new Processor("AuthenticAMD", Set.of("avx2")).prefersOneDnn());
        assertFalse(Processor.parse(List.of("CPU implementer\t: 0x41")).prefersOneDnn());
        assertFalse(Processor.parse(List.of()).prefersOneDnn());
    }
}
