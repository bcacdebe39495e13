package org.attn4j.models.zoo;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.attn4j.models.checkpoint.JsonFiles;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.checkpoint.WeightLoader;
import org.attn4j.models.family.transformer.TinyModels;
import org.attn4j.models.family.transformer.TransformerConfig;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.family.transformer.TransformerWeights;
import org.attn4j.models.generate.GenerationConfig;
import org.attn4j.models.generate.GenerationConfigJson;
import org.attn4j.models.tokenizer.PreTokenizer;
import org.attn4j.models.tokenizer.SpecialTokens;
import org.attn4j.models.tokenizer.Vocabulary;
import org.attn4j.testkit.TestEngine;

/** Writes directories of tiny models that turn letters into other letters. */
final class TrainedDirectories {

    private TrainedDirectories() {}

    static Path write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Vocabulary letters =
                new Vocabulary(
                        List.of("<pad>", "<s>", "</s>", "<unk>", "a", "b", "c", "d", "e", " "),
                        SpecialTokens.DEFAULT);
        TransformerConfig config =
                TinyModels.config().setVocabularySize(letters.tokens().size()).build();
        letters.tokenizer(PreTokenizer.CHARACTERS)
                .write(directory.resolve(ModelDirectory.TOKENIZER));
        JsonFiles.write(directory.resolve(ModelDirectory.CONFIG), config.json());
        Files.writeString(
                directory.resolve(ModelDirectory.GENERATION_CONFIG),
                GenerationConfigJson.write(
                        GenerationConfig.DEFAULTS.withBeams(3).withMaxLength(12)));
        try (NDManager manager = TestEngine.manager()) {
            TransformerModel model = TinyModels.model(config, manager);
            WeightLoader.save(model, TransformerWeights.table(config), directory);
        }
        return directory;
    }
}
