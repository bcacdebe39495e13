package org.attn4j.attention.capture;

import ai.djl.ndarray.NDArray;

/** Puts the name of a part in front of every place within it. */
record PartObserver(AttentionObserver whole, String part) implements AttentionObserver {

    @Override
    public void observe(String place, NDArray weights) {
        whole.observe(joined(place), weights);
    }

    @Override
    public void hidden(String place, NDArray states) {
        whole.hidden(joined(place), states);
    }

    private String joined(String place) {
        return place.isEmpty() ? part : part + "." + place;
    }
}
