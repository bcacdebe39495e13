package org.attn4j.attention.spec;

import java.util.List;
import org.attn4j.attention.Attention;
import org.attn4j.attention.align.Softmax;
import org.attn4j.attention.mechanism.AdditiveAttention;
import org.attn4j.attention.mechanism.CoverageAttention;
import org.attn4j.attention.mechanism.GlobalAttention;
import org.attn4j.attention.mechanism.HardAttention;
import org.attn4j.attention.mechanism.SoftAttention;
import org.attn4j.attention.score.AdditiveScore;
import org.attn4j.attention.score.ConcatScore;
import org.attn4j.attention.score.DotScore;
import org.attn4j.attention.score.GeneralScore;
import org.attn4j.attention.score.LocationScore;
import org.attn4j.attention.score.Score;

/** The mechanisms that score every key with a score of their own, as recurrent decoders do. */
final class GlobalProviders {

    private static final String HIDDEN = "hiddenSize";
    private static final String ATTENTIONAL = "attentional";

    private GlobalProviders() {}

    static List<AttentionProvider> all() {
        return List.of(
                additive(),
                soft(),
                hard(),
                globalDot(),
                globalGeneral(),
                globalConcat(),
                globalLocation(),
                coverage());
    }

    private static AttentionProvider additive() {
        return hidden(MechanismInfo.builder("additive"))
                .setTitle("Additive attention")
                .setPurpose(
                        "For queries and keys of different kinds or sizes, on short sequences; the first attention of translation.")
                .setEquation(
                        "e_ts = v . tanh(W_q q_t + W_k k_s [+ b]); alpha_t = softmax(e_t); context_t = sum_s alpha_ts v_s")
                .setPaper("Bahdanau et al. 2015, section 3.1 and appendix A.1.2")
                .setCost("time BTSA, A the hidden layer; memory BTSA; cache BS(A+D)")
                .setFile(AdditiveAttention.class)
                .addOption("bias", Boolean.class, false, "whether the hidden layer has a bias")
                .provider(
                        (spec, site) ->
                                new AdditiveAttention(
                                        hiddenSize(spec, site),
                                        spec.flag("bias"),
                                        Softmax.INSTANCE,
                                        site.dropout()));
    }

    private static AttentionProvider soft() {
        return hidden(MechanismInfo.builder("soft"))
                .setTitle("Soft attention")
                .setPurpose(
                        "Where a decoder describes places and must now and then rely on its language alone: a gate says how much.")
                .setEquation(
                        "alpha_t = softmax(f_att(a, h_t)); beta_t = sigmoid(w . h_t + b); context_t = beta_t sum_i alpha_ti a_i")
                .setPaper("Xu et al. 2015, sections 3.1.2 and 4.2")
                .setCost("time BTSA, A the hidden layer; memory BTSA; cache BS(A+D)")
                .setFile(SoftAttention.class)
                .addOption("gate", Boolean.class, true, "whether the context is gated")
                .provider(
                        (spec, site) ->
                                new SoftAttention(
                                        new AdditiveScore(hiddenSize(spec, site), true),
                                        spec.flag("gate"),
                                        Softmax.INSTANCE,
                                        site.dropout()));
    }

    private static AttentionProvider hard() {
        return hidden(MechanismInfo.builder("hard"))
                .setTitle("Hard attention")
                .setPurpose(
                        "Where each look must be at one place, to be cheap or to explain itself; soft attention learns faster.")
                .setEquation(
                        "alpha_t = softmax(f_att(a, h_t)); s_t ~ Categorical(alpha_t); context_t = a_(s_t); gradient of softmax((log alpha + gumbel) / tau), or REINFORCE")
                .setPaper("Xu et al. 2015, section 4.1; Jang et al. 2017, section 2.2")
                .setCost("time BTSA, A the hidden layer; memory BTSA; cache BS(A+D)")
                .setFile(HardAttention.class)
                .optEngines("PyTorch, MXNet; each draws its own random numbers in training")
                .addOption(
                        "temperature",
                        Double.class,
                        1.0,
                        "tau of the straight-through gradient: colder is less biased and noisier")
                .provider(
                        (spec, site) ->
                                new HardAttention(
                                        new AdditiveScore(hiddenSize(spec, site), true),
                                        spec.number("temperature")));
    }

    private static AttentionProvider globalDot() {
        return global("dot", "h_t . h_s")
                .setPurpose("Recurrent decoders whose states share a space with the encoder's.")
                .setCost("time BTSD; memory BTS; cache 2BSD")
                .provider((spec, site) -> global(spec, site, new DotScore()));
    }

    private static AttentionProvider globalGeneral() {
        return global("general", "h_t^T W_a h_s")
                .setPurpose(
                        "Recurrent decoders; Luong's best for global attention with sizes that differ.")
                .setCost("time BSD^2 + BTSD; memory BTS; cache 2BSD")
                .provider((spec, site) -> global(spec, site, new GeneralScore(site.modelSize())));
    }

    private static AttentionProvider globalConcat() {
        return hidden(global("concat", "v . tanh(W_a [h_t; h_s])"))
                .setPurpose("Recurrent decoders, where a product of the states is too simple.")
                .setCost("time BTSA, A the hidden layer; memory BTSA; cache BS(A+D)")
                .provider(
                        (spec, site) ->
                                global(spec, site, new ConcatScore(hiddenSize(spec, site))));
    }

    private static AttentionProvider globalLocation() {
        return global("location", "(W_a h_t)_s")
                .setPurpose(
                        "Where the place alone says what is wanted, whatever stands there; a baseline for the others.")
                .setCost("time BTLD, L the longest source; memory BTL; cache BSD")
                .addOption(
                        "maxLength",
                        Integer.class,
                        null,
                        "L, the longest source; that of the model unless set")
                .provider(
                        (spec, site) ->
                                global(
                                        spec,
                                        site,
                                        new LocationScore(
                                                spec.integer("maxLength", site.maxLength()))));
    }

    private static AttentionProvider coverage() {
        return hidden(MechanismInfo.builder("coverage"))
                .setTitle("Coverage attention")
                .setPurpose(
                        "Where each part of the source should be used about once, as in summaries and translation.")
                .setEquation(
                        "c_t = sum_(t' < t) alpha_t'; e_ti = v . tanh(W_h h_i + W_s s_t + w_c c_ti + b); alpha_t = softmax(e_t); context_t = sum_i alpha_ti h_i")
                .setPaper("See, Liu and Manning 2017, section 2.3")
                .setCost(
                        "time BTSA, A the hidden layer, in T rounds one after the other; memory BTSA; cache BS(A+D+1)")
                .setFile(CoverageAttention.class)
                .optPlaces(
                        "it counts what earlier steps looked at, and the places of an encoder are no"
                                + " steps: use additive there",
                        AttentionPlace.DECODER_SELF,
                        AttentionPlace.CROSS)
                .provider(
                        (spec, site) ->
                                new CoverageAttention(
                                        hiddenSize(spec, site), Softmax.INSTANCE, site.dropout()));
    }

    private static MechanismInfo.Builder global(String score, String equation) {
        return MechanismInfo.builder("global-" + score)
                .setTitle("Global attention, " + score + " score")
                .setEquation(
                        "score = "
                                + equation
                                + "; alpha_t = softmax over s; c_t = sum_s alpha_ts h_s; h~_t = tanh(W_c [c_t; h_t])")
                .setPaper("Luong et al. 2015, section 3.1")
                .setFile(GlobalAttention.class)
                .addOption(
                        ATTENTIONAL,
                        Boolean.class,
                        true,
                        "whether it gives h~_t, the attentional vector, or the context c_t alone");
    }

    private static Attention global(AttentionSpec spec, AttentionSite site, Score score) {
        return new GlobalAttention(
                score,
                spec.flag(ATTENTIONAL) ? site.modelSize() : 0,
                Softmax.INSTANCE,
                site.dropout());
    }

    private static MechanismInfo.Builder hidden(MechanismInfo.Builder info) {
        return info.addOption(
                HIDDEN,
                Integer.class,
                null,
                "A, the units of the hidden layer; the model size unless set");
    }

    private static int hiddenSize(AttentionSpec spec, AttentionSite site) {
        return spec.integer(HIDDEN, site.modelSize());
    }
}
