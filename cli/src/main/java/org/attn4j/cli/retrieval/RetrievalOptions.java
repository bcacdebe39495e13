package org.attn4j.cli.retrieval;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.option.UnknownSettingsOption;
import org.attn4j.common.Require;
import org.attn4j.models.model.Pretrained;
import org.attn4j.retrieval.ModelIdentity;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How passages are looked for. */
final class RetrievalOptions {

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description =
                    "vector, bm25, or hybrid: one ranking of both, by reciprocal rank fusion"
                            + " (default: ${DEFAULT-VALUE}).",
            defaultValue = "hybrid")
    private SearchMode mode;

    @Option(
            names = "--top-k",
            paramLabel = "K",
            description = "How many passages (default: 10 for search, 5 for ask).")
    private Integer topK;

    @Option(
            names = "--rerank",
            paramLabel = "MODEL",
            description =
                    "Orders the passages anew by a cross-encoder, or by a sentence model: a folder,"
                            + " or org/name[@revision] of the Hub.")
    private String reranker;

    @Option(
            names = "--rerank-depth",
            paramLabel = "N",
            description = "How many passages are found to be reranked (default: ${DEFAULT-VALUE}).",
            defaultValue = "50")
    private int rerankDepth;

    @Option(
            names = "--model",
            paramLabel = "MODEL",
            description =
                    "Where the model is that the index was made with (default: where it was then).")
    private String model;

    @Option(
            names = "--adapter",
            paramLabel = "DIR",
            description = "Where its adapter is, if it had one (default: where it was then).")
    private Path adapter;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "What is put before queries (default: what the index was made for).")
    private String prompt;

    @Mixin private UnknownSettingsOption unknownSettings;

    @Mixin private EngineOptions engine;

    void check() {
        Require.atLeast("--top-k", topK == null ? 1 : topK, 1);
        Require.atLeast("--rerank-depth", rerankDepth, 1);
        Require.that(
                reranker == null || topK == null || topK <= rerankDepth,
                "--rerank-depth must be at least --top-k, got %s and %s",
                rerankDepth,
                topK);
        Require.that(
                mode != SearchMode.BM25 || model == null && prompt == null,
                "--mode bm25 looks for words, and takes neither --model nor --prompt");
    }

    SearchMode mode() {
        return mode;
    }

    int topK(int usual) {
        return topK != null ? topK : reranker == null ? usual : Math.min(usual, rerankDepth);
    }

    String reranker() {
        return reranker;
    }

    int rerankDepth() {
        return rerankDepth;
    }

    /** The model that was named; null for the one that the index names. */
    String model() {
        return model;
    }

    /** The adapter of the model that an index was made with; null for none. */
    Path adapter(ModelIdentity made) {
        return adapter != null || made.adapter().isEmpty() ? adapter : Path.of(made.adapter());
    }

    /** The prompt that was given; null for that of the index. */
    String prompt() {
        return prompt;
    }

    NDManager newManager() {
        return engine.open().newManager();
    }

    Pretrained.Loader loader(NDManager manager) {
        return unknownSettings.loader().optManager(manager);
    }
}
