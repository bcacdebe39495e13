package org.attn4j.models.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ActivationTest {

    @Test
    void namesAreThoseOfConfigurations() {
        for (Activation activation : Activation.values()) {
            assertEquals(activation, Activation.of(activation.configName()));
        }
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Activation.of("elu"));
        assertTrue(e.getMessage().contains("relu, gelu, gelu_new"), e.getMessage());
    }
}
