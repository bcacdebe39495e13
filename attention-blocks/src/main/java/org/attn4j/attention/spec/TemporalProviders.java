package org.attn4j.attention.spec;

import java.util.List;
import org.attn4j.attention.Attention;
import org.attn4j.attention.mechanism.HierarchicalAttention;
import org.attn4j.attention.mechanism.IntraDecoderAttention;
import org.attn4j.attention.mechanism.IntraTemporalAttention;
import org.attn4j.attention.mechanism.TemporalAttention;
import org.attn4j.attention.mechanism.TimeAxisAttention;

/** The mechanisms that attend over time or over levels. */
final class TemporalProviders {

    private TemporalProviders() {}

    static List<AttentionProvider> all() {
        return List.of(
                hierarchical(), temporalInput(), intraTemporal(), intraDecoder(), timeAxis());
    }

    private static AttentionProvider hierarchical() {
        return MechanismInfo.builder("hierarchical")
                .setTitle("Hierarchical attention (HAN)")
                .setPurpose(
                        "To classify long documents, and to see by which sentence and word they were decided.")
                .setEquation(
                        "u_it = tanh(W_w h_it + b_w), s_i = sum_t softmax_t(u_it . u_w) h_it; the same over sentences: v = sum_i softmax_i(tanh(W_s h_i + b_s) . u_s) h_i; h of bidirectional GRUs")
                .setPaper("Yang et al. 2016, sections 2.1 and 2.2")
                .setCost("time BSW recurrent steps, W + S of them in sequence; memory BSWh")
                .setFile(HierarchicalAttention.class)
                .optPlaces(
                        "it reads documents of sentences of words and has no query from outside, so it is a model of its own: use HierarchicalAttention to classify documents")
                .provider(TemporalProviders::whole);
    }

    private static AttentionProvider temporalInput() {
        return MechanismInfo.builder("temporal-input")
                .setTitle("Input and temporal attention (DA-RNN)")
                .setPurpose(
                        "To forecast a series that some of many others drive, and to see which of them and when.")
                .setEquation(
                        "alpha_t = softmax_k(v_e . tanh(W_e [h; s] + U_e x^k)) over the series, beta_t = softmax_i(v_d . tanh(W_d [d; s'] + U_d h_i)) over time, y = v_y . (W_y [d_T; c_T] + b_w) + b_v")
                .setPaper("Qin et al. 2017, equations 8 to 16 and 22")
                .setCost("time BT(nT + Tm) beside two recurrences; memory BT(n + T)T")
                .setFile(TemporalAttention.class)
                .optPlaces(
                        "it reads windows of driving series and predicts a number, so it is a model of its own: use TemporalAttention to forecast series")
                .provider(TemporalProviders::whole);
    }

    private static AttentionProvider intraTemporal() {
        return MechanismInfo.builder("intra-temporal")
                .setTitle("Intra-temporal attention")
                .setPurpose(
                        "Against repetition in long targets: what a decoder looked at before counts for less.")
                .setEquation(
                        "e_ti = h_t W h_i; e'_1 = exp(e_1), e'_ti = exp(e_ti) / sum_{j<t} exp(e_ji); weights = e'_t / sum_i e'_ti")
                .setPaper("Paulus et al. 2018, section 2.1, equations 1 to 5")
                .setCost(
                        "time BTSD, and BTS log T for the sums of a whole target; memory BTS; cache 2BSD + BS")
                .setFile(IntraTemporalAttention.class)
                .optPlaces(
                        "it penalises what earlier steps of a decoder saw of a source: it stands in cross; for a decoder's own states take intra-decoder",
                        AttentionPlace.CROSS)
                .provider(
                        (spec, site) ->
                                new IntraTemporalAttention(site.modelSize(), site.dropout()));
    }

    private static AttentionProvider intraDecoder() {
        return MechanismInfo.builder("intra-decoder")
                .setTitle("Intra-decoder attention")
                .setPurpose(
                        "Lets a decoder look back at its own earlier states, strictly before the present one.")
                .setEquation(
                        "weights_t = softmax_{s<t}(h_t W h_s); context_t = sum_{s<t} weights_ts h_s")
                .setPaper("Paulus et al. 2018, section 2.2, equations 6 to 8")
                .setCost("time BT^2D; memory BT^2; cache 2BTD")
                .setFile(IntraDecoderAttention.class)
                .optPlaces(
                        "it sees strictly earlier steps of the same sequence: it stands in decoder self-attention; for a source take intra-temporal",
                        AttentionPlace.DECODER_SELF)
                .provider(
                        (spec, site) ->
                                new IntraDecoderAttention(site.modelSize(), site.dropout()));
    }

    private static AttentionProvider timeAxis() {
        return MechanismInfo.builder("time-axis")
                .setTitle("Attention along the time axis (TimeSformer)")
                .setPurpose(
                        "For video and fields of sensors: each place attends to itself at other times.")
                .setEquation(
                        "for each place p and head: context_pt = sum_t' softmax_t'(q_pt . k_pt' / sqrt(H)) v_pt'")
                .setPaper("Bertasius et al. 2021, section 3, divided space-time attention")
                .setCost("time BPT^2D instead of B(PT)^2D; memory BPTD fused")
                .setFile(TimeAxisAttention.class)
                .optPlaces(
                        "it needs a time and a place axis, (B, T, P, D), and a sequence has one: use TimeAxisAttention beside an attention over places")
                .provider(TemporalProviders::whole);
    }

    private static Attention whole(AttentionSpec spec, AttentionSite site) {
        throw new IllegalStateException(spec.mechanism() + " is no part of another model");
    }
}
