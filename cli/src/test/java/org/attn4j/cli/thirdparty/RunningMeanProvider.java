package org.attn4j.cli.thirdparty;

import org.attn4j.attention.Attention;
import org.attn4j.attention.spec.AttentionProvider;
import org.attn4j.attention.spec.AttentionSite;
import org.attn4j.attention.spec.AttentionSlot;
import org.attn4j.attention.spec.AttentionSpec;
import org.attn4j.attention.spec.MechanismInfo;

/** Offers {@link RunningMean} through the service loader. */
public final class RunningMeanProvider implements AttentionProvider {

    @Override
    public MechanismInfo info() {
        return MechanismInfo.builder("running-mean")
                .setTitle("Running mean")
                .setPurpose("Where looking at everything alike is enough.")
                .setEquation("context = W mean of the visible values")
                .setPaper("Zhang et al. 2018, section 3.1")
                .setCost("time BTSD; memory BTS")
                .setFile(RunningMean.class)
                .optSlots(
                        "its weights follow no query, so that a decoder would read every source alike",
                        AttentionSlot.ENCODER_SELF,
                        AttentionSlot.DECODER_SELF)
                .addOption("bias", Boolean.class, true, "whether the projection has a bias")
                .build();
    }

    @Override
    public Attention create(AttentionSpec spec, AttentionSite site) {
        return new RunningMean(site.modelSize(), spec.flag("bias"));
    }
}
