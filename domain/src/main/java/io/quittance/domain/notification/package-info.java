/**
 * Who is told by itself what became of what it handed in: the addresses of clients, the messages to them, and how often
 * one is tried.
 *
 * <p>Start with {@link io.quittance.domain.notification.Webhooks} for the clients' side, {@link
 * io.quittance.domain.notification.MessageQueue} for the sender's.
 */
@NullMarked
package io.quittance.domain.notification;

import org.jspecify.annotations.NullMarked;
