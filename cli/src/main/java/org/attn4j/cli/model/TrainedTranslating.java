package org.attn4j.cli.model;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.attn4j.cli.io.Tokens;
import org.attn4j.cli.option.EngineOptions;
import org.attn4j.cli.option.LoadedModel;
import org.attn4j.models.task.Outcome;
import org.attn4j.models.zoo.SentenceTranslator;
import org.attn4j.models.zoo.Translation;

/** A model that {@code train} wrote. */
final class TrainedTranslating implements Translating {

    private final LoadedModel model;
    private final SentenceTranslator translator;

    TrainedTranslating(Path folder, EngineOptions.Chosen engine, Integer beams, int nBest)
            throws IOException {
        model = LoadedModel.load(folder, engine);
        translator = model.translator(beams, nBest);
    }

    @Override
    public List<Outcome<List<Translation>>> translate(List<String> texts) {
        try (NDManager manager = model.manager().newSubManager()) {
            return translator.outcomes(manager, texts);
        }
    }

    @Override
    public OptionalInt usualTokens() {
        return OptionalInt.empty();
    }

    @Override
    public List<String> tokens(int[] ids) {
        return Tokens.of(model.trained().tokenizer(), ids);
    }

    @Override
    public void close() {
        model.close();
    }
}
