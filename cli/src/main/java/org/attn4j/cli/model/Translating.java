package org.attn4j.cli.model;

import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.zoo.Translation;

/** A model that translates, of our own training or published. */
interface Translating extends AutoCloseable {

    /** Translates texts: for each its translations, the best first, or why there are none. */
    List<Outcome<List<Translation>>> translate(List<String> texts) throws IOException;

    /** How many tokens of a text the model was made for, if that is known. */
    OptionalInt usualTokens();

    /** The tokens of ids that were generated, as the vocabulary writes them. */
    List<String> tokens(int[] ids);

    @Override
    void close();
}
