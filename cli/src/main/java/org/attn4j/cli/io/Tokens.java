package org.attn4j.cli.io;

import java.util.Arrays;
import java.util.List;
import org.attn4j.models.tokenizer.ModelTokenizer;

/** Ids as the tokens that people read. */
public final class Tokens {

    private Tokens() {}

    public static List<String> of(ModelTokenizer tokenizer, int[] ids) {
        return Arrays.stream(ids).mapToObj(tokenizer::token).toList();
    }
}
