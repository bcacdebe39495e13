package org.attn4j.cli.retrieval;

import java.util.List;
import org.attn4j.models.task.TextEmbedder;

/**
 * What a model's own prompts put before queries and documents: as {@code encode_query} and {@code
 * encode_document} of sentence-transformers choose.
 */
final class Prompts {

    private static final List<String> DOCUMENT = List.of("document", "passage", "corpus");

    private Prompts() {}

    static TextEmbedder forQueries(TextEmbedder embedder) {
        return named(embedder, List.of("query"));
    }

    static TextEmbedder forDocuments(TextEmbedder embedder) {
        return named(embedder, DOCUMENT);
    }

    private static TextEmbedder named(TextEmbedder embedder, List<String> names) {
        return names.stream()
                .filter(embedder.promptNames()::contains)
                .findFirst()
                .map(embedder::withPromptNamed)
                .orElse(embedder);
    }
}
