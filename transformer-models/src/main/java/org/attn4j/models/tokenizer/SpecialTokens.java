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
 * @param mask hides a token that a model shall guess; bos and eos are then what stands first and
 *     what separates, the {@code cls} and {@code sep} of BERT
 */
public record SpecialTokens(String pad, String bos, String eos, String unk, String mask) {

    /** The names and the order of ids of the tokenizers trained here: 0, 1, 2, 3. */
    public static final SpecialTokens DEFAULT = new SpecialTokens("<pad>", "<s>", "</s>", "<unk>");

    /** Those of encoders that are trained on masked tokens, by the names that BERT gives them. */
    public static final SpecialTokens MASKED =
            new SpecialTokens("[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]");

    public SpecialTokens {
        for (String name : new String[] {pad, bos, eos, unk, mask}) {
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
     * Names special tokens without a mask.
     *
     * @param pad fills short rows of a batch
     * @param bos starts a sequence
     * @param eos ends a sequence
     * @param unk stands for what the vocabulary cannot write
     */
    public SpecialTokens(String pad, String bos, String eos, String unk) {
        this(pad, bos, eos, unk, null);
    }

    /**
     * Lists the names that exist, each once, in the order pad, bos, eos, unk, mask.
     *
     * @return the names
     */
    public List<String> names() {
        LinkedHashSet<String> names = new LinkedHashSet<>();
        for (String name : new String[] {pad, bos, eos, unk, mask}) {
            if (name != null) {
                names.add(name);
            }
        }
        return new ArrayList<>(names);
    }
}
