package org.attn4j.models.zoo;

import ai.djl.Model;
import ai.djl.nn.Block;
import ai.djl.nn.BlockFactory;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;
import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.attn4j.models.family.transformer.TransformerModel;
import org.attn4j.models.generate.GenerationConfig;

/**
 * Makes block and translator of a model directory for DJL's {@code Criteria}. Given as an instance,
 * it keeps DJL from looking for factories among the classes and jars of the directory.
 */
final class TrainedModelFactory implements BlockFactory, TranslatorFactory {

    static final String BEAMS = "beams";

    private static final long serialVersionUID = 1L;

    @Override
    public Block newBlock(Model model, Path directory, Map<String, ?> arguments)
            throws IOException {
        return TrainedModel.loadBlock(directory, model.getNDManager());
    }

    @Override
    public Set<Pair<Type, Type>> getSupportedTypes() {
        return Set.of(new Pair<>(String.class, String.class));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <I, O> Translator<I, O> newInstance(
            Class<I> input, Class<O> output, Model model, Map<String, ?> arguments)
            throws TranslateException {
        if (!(model.getBlock() instanceof TransformerModel block)) {
            throw new TranslateException("the model is no Transformer: " + model.getBlock());
        }
        try {
            TrainedModel trained = TrainedModel.openTokenizers(model.getModelPath(), block);
            model.getNDManager().attachInternal(UUID.randomUUID().toString(), trained);
            GenerationConfig generation = withBeams(trained.generation(), arguments.get(BEAMS));
            return (Translator<I, O>) new TranslationTranslator(trained.translator(generation));
        } catch (IOException | IllegalArgumentException e) {
            throw new TranslateException(e.getMessage(), e);
        }
    }

    private static GenerationConfig withBeams(GenerationConfig generation, Object beams) {
        return beams == null
                ? generation
                : generation.withBeams(Integer.parseInt(beams.toString()), 1);
    }
}
