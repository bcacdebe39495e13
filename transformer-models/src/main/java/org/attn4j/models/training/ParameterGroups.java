package org.attn4j.models.training;

import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.checkpoint.NamePattern;
import org.attn4j.models.checkpoint.WeightTable;
import org.attn4j.models.model.PretrainedModel;

/**
 * Which parameters of a model are trained, how fast each, and which of them decay.
 *
 * <ul>
 *   <li>Frozen is what is frozen in the block already, and what a pattern names by its tensor.
 *   <li>The learning rate is multiplied by {@code layerDecay} for each layer from the top down, as
 *       by BEiT (Bao et al. 2022): heads and what stands outside of the layers have the whole rate,
 *       the top layer {@code layerDecay} times it, the embeddings the least. Each stack, an encoder
 *       or a decoder, is counted from its own top.
 *   <li>Weight decay leaves out biases and norms: by the kind of the parameter and, as Hugging
 *       Face's {@code Trainer} does, by a tensor name with {@code bias}, {@code layernorm}, {@code
 *       rmsnorm} or the word {@code norm}; and lone numbers and vectors that are no weights of a
 *       map, such as a learned span.
 * </ul>
 */
final class ParameterGroups {

    private static final Pattern LAYER = Pattern.compile("^(|.*?\\.)layers\\.(\\d+)\\.");
    private static final Pattern EMBEDDING = Pattern.compile("(^|\\.)(embed|shared\\.)");
    private static final Pattern BIAS_OR_NORM =
            Pattern.compile("bias|layernorm|rmsnorm|(^|\\.)norm($|\\.)|_norm($|\\.)");
    private static final Set<Parameter.Type> UNDECAYED =
            Set.of(
                    Parameter.Type.BIAS,
                    Parameter.Type.BETA,
                    Parameter.Type.GAMMA,
                    Parameter.Type.RUNNING_MEAN,
                    Parameter.Type.RUNNING_VAR);
    private static final Rule WHOLE = new Rule(1, true);

    private final Map<String, Rule> rules = new HashMap<>();
    private final long all;

    /**
     * How parameters are trained.
     *
     * @param rateFactor what the learning rate is multiplied by
     * @param decays whether weight decay applies
     */
    record Rule(float rateFactor, boolean decays) {

        Rule withoutDecay() {
            return new Rule(rateFactor, false);
        }
    }

    private ParameterGroups(BlockParameters parameters, Map<String, String> names, double decay) {
        Map<String, Integer> heights = new HashMap<>();
        parameters.byPath().keySet().forEach(path -> count(path, heights));
        parameters
                .byPath()
                .forEach(
                        (path, parameter) ->
                                rules.put(
                                        path,
                                        new Rule(
                                                (float) Math.pow(decay, depth(path, heights)),
                                                decays(names.get(path), parameter))));
        all = parameters.count();
    }

    private static void count(String path, Map<String, Integer> heights) {
        Matcher layer = LAYER.matcher(path);
        if (layer.find()) {
            heights.merge(layer.group(1), Integer.parseInt(layer.group(2)) + 1, Math::max);
        }
    }

    /** How far below the head: 0 for it, 1 for the top layer of a stack. */
    private static int depth(String path, Map<String, Integer> heights) {
        Matcher layer = LAYER.matcher(path);
        if (layer.find()) {
            return heights.get(layer.group(1)) - Integer.parseInt(layer.group(2));
        }
        int highest = heights.values().stream().max(Integer::compare).orElse(0);
        return EMBEDDING.matcher(path).find() ? highest + 1 : 0;
    }

    private static boolean decays(String tensor, Parameter parameter) {
        boolean vector = parameter.getShape().dimension() < 2;
        return !UNDECAYED.contains(parameter.getType())
                && !BIAS_OR_NORM.matcher(tensor.toLowerCase(Locale.ROOT)).find()
                && !(vector && parameter.getType() == Parameter.Type.OTHER);
    }

    /**
     * Groups the parameters of a block, and freezes those that patterns name.
     *
     * @param block the block, initialised: a model, or a block that holds one
     * @param freeze patterns of tensor names, or of paths in a block whose tensors have no others;
     *     {@code *} is one part of a name, {@code **} any text
     * @param layerDecay what the learning rate is multiplied by from layer to layer; 1 for none
     * @throws IllegalArgumentException if a pattern names nothing
     */
    static ParameterGroups of(Block block, List<String> freeze, double layerDecay) {
        BlockParameters parameters = BlockParameters.of(block);
        Map<String, String> tensors = new HashMap<>();
        collect(block, tensors);
        Map<String, String> names = new LinkedHashMap<>();
        parameters
                .byPath()
                .forEach(
                        (path, parameter) ->
                                names.put(path, tensors.getOrDefault(parameter.getId(), path)));
        freeze.forEach(pattern -> freeze(pattern, parameters, names));
        return new ParameterGroups(parameters, names, layerDecay);
    }

    /** Finds the models in a block, and their tensors' names by the ids of the parameters. */
    private static void collect(Block block, Map<String, String> tensors) {
        if (block instanceof PretrainedModel model) {
            WeightTable table = model.weights();
            BlockParameters.of(model)
                    .byPath()
                    .forEach(
                            (path, parameter) ->
                                    table.tensorOf(path)
                                            .ifPresent(
                                                    tensor ->
                                                            tensors.put(
                                                                    parameter.getId(), tensor)));
            return;
        }
        block.getChildren().values().forEach(child -> collect(child, tensors));
    }

    private static void freeze(
            String pattern, BlockParameters parameters, Map<String, String> names) {
        NamePattern wanted = new NamePattern(pattern);
        List<String> paths =
                names.keySet().stream().filter(path -> wanted.matches(names.get(path))).toList();
        Require.that(
                !paths.isEmpty(),
                "freeze must name tensors of the model, got %s; it has %s",
                pattern,
                some(names));
        paths.forEach(path -> parameters.byPath().get(path).freeze(true));
    }

    private static String some(Map<String, String> names) {
        List<String> some = new ArrayList<>(names.values());
        return some.size() <= 8
                ? String.join(", ", some)
                : String.join(", ", some.subList(0, 8)) + " and " + (some.size() - 8) + " more";
    }

    /** How a parameter is trained, by its path. */
    Rule ruleOf(String path) {
        return rules.getOrDefault(path, WHOLE);
    }

    /** How many numbers the model has, trained or not. */
    long all() {
        return all;
    }
}
