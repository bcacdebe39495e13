/**
 * What all modules share: checked arguments, downloads that always end, the proxies and folders
 * that the environment names, locks and digests of files, links between words.
 */
package org.attn4j.common;
