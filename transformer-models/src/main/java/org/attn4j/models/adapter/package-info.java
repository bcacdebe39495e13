/**
 * Adapters: small trained updates of a model that stays as it is, in the files of Hugging Face's
 * PEFT. {@link org.attn4j.models.adapter.Adapter} puts one onto a model, reads, writes and merges
 * it; {@link org.attn4j.models.adapter.AdapterConfig} is its {@code adapter_config.json}.
 */
package org.attn4j.models.adapter;
