package org.attn4j.models;

import ai.djl.ndarray.NDManager;

/** The engine that this run of the tests is for. */
public final class TestEngine {

    private TestEngine() {}

    public static String name() {
        return System.getProperty("attn4j.engine", "PyTorch");
    }

    public static NDManager manager() {
        return NDManager.newBaseManager(name());
    }
}
