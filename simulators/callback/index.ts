export { type CallbackKeys, decryptMessage, encryptMessage, signMessage } from './crypto.ts';
export { type Attempt, type Delivery, type DeliveryOptions, deliver } from './deliver.ts';
