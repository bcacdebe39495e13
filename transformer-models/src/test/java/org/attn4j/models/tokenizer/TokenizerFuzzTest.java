package org.attn4j.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TokenizerFuzzTest {

    @Test
    @Tag("slow")
    void survivesSpoiltFilesAndTexts() throws Exception {
        assertEquals(List.of(), TokenizerFuzzer.run(0, 4000));
    }
}
