package org.attn4j.models.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.attn4j.common.Require;

/**
 * The names of the special tokens of a vocabulary. A name is null where the vocabulary has no such
 * token.
 *
 * @param pad fills short rows of a batch
 * @param bos starts a sequence
 * @param eos ends a sequence
 * @param unk stands for what the vocabulary cannot write
 */
public record SpecialTokens(String pad, String bos, String eos, String unk) {

    /** The names and the order of ids of the tokenizers trained here: 0, 1, 2, 3. */
    public static final SpecialTokens DEFAULT = new SpecialTokens("<pad>", "<s>", "</s>", "<unk>");

    public SpecialTokens {
        for (String name : new String[] {pad, bos, eos, unk}) {
            Require.that(
                    name == null || !name.isEmpty(),
                    "the name of a special token must not be empty");
        }
        Require.that(
                unk == null || !unk.equals(pad) && !unk.equals(bos) && !unk.equals(eos),
                "unk must be a token of its own, got %s for another purpose too",
                unk);
    }

    /**
     * Lists the names that exist, each once, in the order pad, bos, eos, unk.
     *
     * @return the names
     */
    public List<String> names() {
        LinkedHashSet<String> names = new LinkedHashSet<>();
        for (String name : new String[] {pad, bos, eos, unk}) {
            if (name != null) {
                names.add(name);
            }
        }
        return new ArrayList<>(names);
    }
}
