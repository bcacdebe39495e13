package org.attn4j.models.zoo;

import ai.djl.repository.zoo.ModelZoo;
import ai.djl.repository.zoo.ZooProvider;

/** Registers the {@link Attn4jZoo} with DJL. */
public final class Attn4jZooProvider implements ZooProvider {

    /** Constructs a provider; called by DJL's service loader. */
    public Attn4jZooProvider() {}

    @Override
    public String getName() {
        return Attn4jZoo.GROUP_ID;
    }

    @Override
    public ModelZoo getModelZoo() {
        return new Attn4jZoo();
    }
}
