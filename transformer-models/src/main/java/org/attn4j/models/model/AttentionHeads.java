package org.attn4j.models.model;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.attn4j.attention.mechanism.MultiHeadAttention;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.common.Require;
import org.attn4j.models.checkpoint.BlockParameters;
import org.attn4j.models.config.PrunedHeads;

/**
 * The attention heads of a model: lists, masks and prunes them.
 *
 * <p>Michel, Levy and Neubig 2019, "Are Sixteen Heads Really Better than One?", measure what a head
 * is worth by masking it, and prune those that are worth least; Voita et al. 2019, "Analyzing
 * Multi-Head Self-Attention", find that few heads do the work. Pruning gives a model that computes
 * what the masked one does, with smaller matrices.
 *
 * <p>Heads are those of {@link MultiHeadAttention}. A layer that a model uses several times, as
 * ALBERT does, counts once.
 */
public final class AttentionHeads {

    private static final Pattern SITE =
            Pattern.compile(
                    "(?:(?:.*\\.)?(encoder|decoder)\\.)?(?:.*\\.)?layers\\.(\\d+)"
                            + "\\.(self_attn|encoder_attn)"
                            + "\\.output_proj\\.weight");

    private AttentionHeads() {}

    /** An attention of a model. */
    private record Site(String key, AttentionSlot slot, int layer, MultiHeadAttention block) {}

    /**
     * Lists the heads of a model.
     *
     * @param model the model
     * @return its heads in the order of the model, without those that are pruned
     * @throws IllegalArgumentException if it has no multi-head attention
     */
    public static List<AttentionHead> of(PretrainedModel model) {
        List<AttentionHead> heads = new ArrayList<>();
        for (Site site : sites(model).values()) {
            for (int head : site.block.heads()) {
                heads.add(new AttentionHead(site.key, site.slot, site.layer, head));
            }
        }
        Require.that(
                !heads.isEmpty(),
                "%s has no multi-head attention whose heads could be taken away",
                model.architecture());
        return heads;
    }

    /**
     * Makes heads give zeros, in all that the model does. It is changed in memory, and is not to be
     * saved.
     *
     * @param model the model, initialised and without an adapter
     * @param heads the heads
     * @throws IllegalArgumentException if it has no such head
     */
    static void mask(PretrainedModel model, PrunedHeads heads) {
        Map<String, Site> sites = sites(model);
        heads.byAttention()
                .forEach((attention, numbers) -> site(sites, attention).block.maskHeads(numbers));
    }

    /**
     * Makes a model without some of the heads of another. Its configuration tells which are pruned,
     * so that it is saved and loaded as any model is.
     *
     * @param model the other, which stays as it is
     * @param heads the heads to prune, each of which it has; at least one of each attention is left
     * @return the smaller model, on the same manager
     * @throws IllegalArgumentException if it has no such head, is of a family whose heads cannot be
     *     pruned, or has an adapter
     */
    public static LoadedModel prune(LoadedModel model, PrunedHeads heads) {
        Require.that(
                model.adapter().isEmpty(),
                "a model with an adapter cannot be pruned: merge it into the model first");
        Map<String, Site> from = sites(model.model());
        heads.byAttention()
                .forEach(
                        (attention, numbers) -> {
                            List<Integer> there = site(from, attention).block.heads();
                            Require.that(
                                    there.containsAll(numbers),
                                    "%s must have the heads that are pruned, got heads=%s, pruned"
                                            + " heads=%s",
                                    attention,
                                    there,
                                    numbers);
                        });
        JsonObject config = configWithout(model, heads);
        PretrainedModel smaller = create(model, config);
        NDArray any = model.model().getParameters().valueAt(0).getArray();
        smaller.initialize(model.manager(), any.getDataType(), smaller.smallestInput());
        smaller.freezeParameters(true);
        copy(model.model(), smaller);
        return model.replaced(smaller, config);
    }

    /**
     * Checks that heads of a model can be pruned.
     *
     * @param model the model
     * @throws IllegalArgumentException if it is of a family whose heads cannot be pruned, or its
     *     heads can be pruned in groups alone
     */
    public static void requirePrunable(LoadedModel model) {
        List<AttentionHead> heads = of(model.model());
        for (int i = 1; i < heads.size(); i++) {
            AttentionHead head = heads.get(i);
            if (head.attention().equals(heads.get(i - 1).attention())) { // it has another
                create(model, configWithout(model, AttentionHead.all(List.of(head))));
                return;
            }
        }
        throw new IllegalArgumentException(
                "no attention of %s has more than one head, and each keeps one"
                        .formatted(model.model().architecture()));
    }

    private static JsonObject configWithout(LoadedModel model, PrunedHeads heads) {
        JsonObject config = model.config();
        PrunedHeads before =
                config.has(PrunedHeads.KEY)
                        ? PrunedHeads.of(config.get(PrunedHeads.KEY))
                        : PrunedHeads.NONE;
        config.add(PrunedHeads.KEY, before.and(heads).json());
        return config;
    }

    private static PretrainedModel create(LoadedModel model, JsonObject config) {
        try {
            return ModelFamilies.create(config, model.model().architecture());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "heads of %s cannot be pruned: %s"
                            .formatted(model.model().architecture(), e.getMessage()),
                    e);
        }
    }

    /** What has the same shape is the same; the rest is the projections of the heads. */
    private static void copy(PretrainedModel from, PretrainedModel to) {
        Map<String, Parameter> values = BlockParameters.of(from).byPath();
        BlockParameters.of(to)
                .byPath()
                .forEach(
                        (path, parameter) -> {
                            NDArray value = values.get(path).getArray();
                            if (value.getShape().equals(parameter.getShape())) {
                                value.copyTo(parameter.getArray());
                            }
                        });
        Map<String, Site> whole = sites(from);
        sites(to).forEach((key, site) -> site.block.takeHeads(whole.get(key).block));
    }

    private static Site site(Map<String, Site> sites, String attention) {
        Site site = sites.get(attention);
        Require.that(
                site != null,
                "the model has no attention %s with heads: it has %s",
                attention,
                new TreeSet<>(sites.keySet()));
        return site;
    }

    /** The attentions by their keys, in the order of the model. */
    private static Map<String, Site> sites(PretrainedModel model) {
        Map<Parameter, MultiHeadAttention> owners = new HashMap<>();
        collect(model, owners);
        Map<String, Site> sites = new LinkedHashMap<>();
        BlockParameters.of(model)
                .byPath()
                .forEach(
                        (path, parameter) -> {
                            Matcher place = SITE.matcher(path);
                            if (owners.containsKey(parameter) && place.matches()) {
                                Site site = site(model, place, owners.get(parameter));
                                sites.put(site.key, site);
                            }
                        });
        return sites;
    }

    private static Site site(PretrainedModel model, Matcher place, MultiHeadAttention block) {
        String side = place.group(1);
        String number = place.group(2);
        boolean decodes = side == null ? model.isCausal() : side.equals("decoder");
        AttentionSlot self = decodes ? AttentionSlot.DECODER_SELF : AttentionSlot.ENCODER_SELF;
        AttentionSlot slot = place.group(3).equals("encoder_attn") ? AttentionSlot.CROSS : self;
        int layer = Integer.parseInt(number);
        String key = side == null ? number : PrunedHeads.key(slot, layer);
        return new Site(key, slot, layer, block);
    }

    private static void collect(Block block, Map<Parameter, MultiHeadAttention> owners) {
        if (block instanceof MultiHeadAttention attention) {
            owners.put(attention.outputWeight(), attention);
        }
        block.getChildren().values().forEach(child -> collect(child, owners));
    }
}
