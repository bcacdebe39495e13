package org.attn4j.datasets;

import java.util.List;
import java.util.Objects;
import org.attn4j.common.Require;

/**
 * The words of a sentence, each with its tag.
 *
 * @param words the words, at least one
 * @param tags as many tags, as they are written
 * @param place the file and the line of the first word, for messages
 */
public record TaggedSentence(List<String> words, List<String> tags, String place) {

    public TaggedSentence {
        words = List.copyOf(words);
        tags = List.copyOf(tags);
        Objects.requireNonNull(place, "place");
        Require.that(
                !words.isEmpty() && words.size() == tags.size(),
                "each word must have a tag, got words=%s, tags=%s",
                words.size(),
                tags.size());
    }
}
