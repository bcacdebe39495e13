package org.attn4j.cli;

import java.io.IOException;
import java.util.List;
import org.attn4j.models.zoo.Translation;

/** A model that translates, of our own training or published. */
interface Translating extends AutoCloseable {

    /** Translates texts: for each its translations, the best first. */
    List<List<Translation>> translate(List<String> texts) throws IOException;

    /** The tokens of ids that were generated, as the vocabulary writes them. */
    List<String> tokens(int[] ids);

    @Override
    void close();
}
