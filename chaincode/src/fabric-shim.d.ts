/** fabric-shim types its package entry only; its bootstrap composes a chaincode from contracts the same way. */
declare module "fabric-shim/lib/contract-spi/chaincodefromcontract.js" {
  import type { ChaincodeInterface } from "fabric-shim";

  interface ChaincodeFromContract extends ChaincodeInterface {}
  const ChaincodeFromContract: new (
    contracts: readonly unknown[],
    serializers: object,
    metadata: object,
    title: string,
    version: string,
  ) => ChaincodeFromContract;
  export default ChaincodeFromContract;
}
