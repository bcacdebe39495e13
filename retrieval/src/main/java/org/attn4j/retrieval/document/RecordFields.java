package org.attn4j.retrieval.document;

import java.util.List;
import org.attn4j.common.Require;

/**
 * What the fields of records are called, in JSON lines and in the header of tab-separated values.
 *
 * @param id the names that the id may have, the first that is there; a record without one goes by
 *     the number of its line
 * @param title the names that the title may have
 * @param text the names that the text may have
 */
public record RecordFields(List<String> id, List<String> title, List<String> text) {

    /**
     * The names that BEIR and its kin use: {@code _id} or {@code id}, {@code title}, {@code text}.
     */
    public static final RecordFields DEFAULT =
            new RecordFields(List.of("_id", "id"), List.of("title"), List.of("text"));

    public RecordFields {
        Require.that(!text.isEmpty(), "the field of the text must have a name");
    }
}
