import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms, PLATFORM_NAMES, type PlatformName } from '../../src/platforms/registry.ts';
import { hastyClock } from '../platforms/support/clocks.ts';
import { impatientFetch } from '../platforms/support/impatient-fetch.ts';
import { DINGTALK_FAULTS } from './dingtalk-target-faults.ts';
import { startDingtalkTarget } from './dingtalk-target-stand-in.ts';
import { directoryTargetContract, type TargetStandIn } from './directory-target.contract.ts';
import { SCIM_FAULTS } from './scim-target-faults.ts';
import { startScimTarget } from './scim-target-stand-in.ts';
import { WECOM_FAULTS } from './wecom-target-faults.ts';
import { startWecomTarget } from './wecom-target-stand-in.ts';

interface Stand {
  readonly start: () => Promise<TargetStandIn>;
  /** What its faults are called, in order. */
  readonly faults: readonly string[];
}

const STANDS: Record<PlatformName, Stand> = {
  dingtalk: { start: startDingtalkTarget, faults: DINGTALK_FAULTS.map(({ what }) => what) },
  scim: { start: startScimTarget, faults: SCIM_FAULTS.map(({ what }) => what) },
  wecom: { start: startWecomTarget, faults: WECOM_FAULTS.map(({ what }) => what) },
};

for (const name of PLATFORM_NAMES)
  directoryTargetContract(
    name,
    async () => {
      const services = createPlatformServices({
        clock: hastyClock(),
        fetch: impatientFetch,
        maxBodyBytes: 200_000,
      });
      const target = createPlatforms(services).get(name)?.directoryTarget;
      if (target === undefined) throw new TypeError(`${name} has no DirectoryTarget`);
      const standIn = await STANDS[name].start();
      const close = async (): Promise<void> => {
        await services.http.close();
        await standIn.close();
      };
      return { target, standIn: { ...standIn, close } };
    },
    STANDS[name].faults,
  );
