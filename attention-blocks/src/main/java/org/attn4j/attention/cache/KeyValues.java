package org.attn4j.attention.cache;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.attn4j.attention.ops.Rows;
import org.attn4j.attention.ops.Temporaries;

/**
 * Keys and values in heads.
 *
 * @param key (B, G, S, H)
 * @param value (B, G, S, Hv)
 */
public record KeyValues(NDArray key, NDArray value) {

    /**
     * Returns the number of positions.
     *
     * @return S
     */
    public int length() {
        return Math.toIntExact(key.getShape().get(2));
    }

    long bytes() {
        return bytes(key) + bytes(value);
    }

    static long bytes(NDArray array) {
        return array.size() * array.getDataType().getNumOfBytes();
    }

    KeyValues attach(NDManager manager) {
        Temporaries.keep(key);
        Temporaries.keep(value);
        key.attach(manager);
        value.attach(manager);
        return this;
    }

    KeyValues append(KeyValues fresh) {
        return new KeyValues(key.concat(fresh.key, 2), value.concat(fresh.value, 2));
    }

    KeyValues select(NDArray rows) {
        return new KeyValues(Rows.of(key, rows), Rows.of(value, rows));
    }

    void close() {
        key.close();
        value.close();
    }
}
