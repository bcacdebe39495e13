package org.attn4j.attention.capture;

import ai.djl.ndarray.NDArray;
import java.util.function.Supplier;

/** Puts the name of a part in front of every site within it. */
record PartObserver(AttentionObserver whole, String part) implements AttentionObserver {

    @Override
    public void observe(String site, NDArray weights) {
        whole.observe(joined(site), weights);
    }

    @Override
    public void hidden(String site, NDArray states) {
        whole.hidden(joined(site), states);
    }

    @Override
    public void stage(String site, String stage, Supplier<NDArray> values) {
        whole.stage(joined(site), stage, values);
    }

    private String joined(String site) {
        return site.isEmpty() ? part : part + "." + site;
    }
}
