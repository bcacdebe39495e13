package org.attn4j.datasets;

import ai.djl.ndarray.NDManager;

/** The engine that the tests run on, one in each test process. */
final class TestEngine {

    private TestEngine() {}

    static NDManager newManager() {
        return NDManager.newBaseManager(System.getProperty("attn4j.engine", "PyTorch"));
    }
}
